-- The commands. Nothing of the plugin is loaded before one is used or the server is enabled.
vim.api.nvim_create_user_command('PrecollectQuickfix', function()
  local items = require('precollect').quickfix_items()
  vim.fn.setqflist({}, ' ', { title = 'precollect', items = items })
  if #items > 0 then
    vim.cmd('botright copen')
  else
    vim.cmd('cclose')
    vim.notify('precollect found nothing that stops pytest from collecting')
  end
end, { desc = 'List everything that stops pytest from collecting' })
