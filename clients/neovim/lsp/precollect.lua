-- The language server for Neovim 0.11 and later, found by `vim.lsp.enable('precollect')`.
---@type vim.lsp.Config
return {
  cmd = { 'precollect', 'server', '--stdio' },
  filetypes = { 'python' },
  init_options = { status = true },
  handlers = require('precollect').handlers,
  root_dir = function(bufnr, on_dir)
    local root = require('precollect').root(bufnr)
    if root then
      on_dir(root)
    end
  end,
}
