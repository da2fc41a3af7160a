-- The commands. Nothing of the plugin is loaded before one is used or the server is enabled.
vim.api.nvim_create_user_command('Precollect', function(given)
  require('precollect.commands').run(given.args)
end, {
  desc = 'Check, confirm, plan, report and more: what precollect can be asked',
  nargs = 1,
  complete = function(prefix)
    return require('precollect.commands').names(prefix)
  end,
})

vim.api.nvim_create_user_command('PrecollectQuickfix', function()
  require('precollect').quickfix()
end, { desc = 'List everything that stops pytest from collecting' })
