--- precollect for Neovim: starts the language server and lists what it found.
--- On 0.11 and later `vim.lsp.enable('precollect')` is enough; `setup()` does the same on 0.10.
local M = {}

---@class precollect.Options
---@field cmd? string[] How the server is started; the default is `precollect server --stdio`.
---@field trusted? boolean Whether the project's Python interpreter may be started (never its code).
---@field settings? table What `docs/editors.md` lists: python, invocation, select, ignore, ...
---@field root_dir? string The folder that pytest is started in; the default is what `root()` finds.

local filetypes = { 'python' }

-- A folder with one of these is a project that pytest may be started in.
local project_files = {
  'pytest.ini',
  '.pytest.ini',
  'pytest.toml',
  '.pytest.toml',
  'pyproject.toml',
  'tox.ini',
  'setup.cfg',
  'setup.py',
}

--- The folder that pytest would be started in for a buffer: Neovim's own working directory if it is a project
--- around the file, else the repository, else the nearest project. nil for a file in none of them.
---@param bufnr integer
---@return string?
function M.root(bufnr)
  local file = vim.fs.normalize(vim.api.nvim_buf_get_name(bufnr))
  local cwd = vim.fs.normalize(vim.fn.getcwd())
  if vim.startswith(file, cwd .. '/') then
    for _, name in ipairs({ '.git', unpack(project_files) }) do
      if vim.uv.fs_stat(cwd .. '/' .. name) then
        return cwd
      end
    end
  end
  return vim.fs.root(bufnr, '.git') or vim.fs.root(bufnr, project_files)
end

--- Starts the server in Python buffers, those already open included.
---@param opts? precollect.Options
function M.setup(opts)
  opts = opts or {}
  local config = {
    cmd = opts.cmd or { 'precollect', 'server', '--stdio' },
    init_options = { trusted = opts.trusted or false },
    settings = { precollect = opts.settings or vim.empty_dict() },
  }
  if vim.lsp.config then
    config.root_dir = opts.root_dir
    vim.lsp.config('precollect', config)
    vim.lsp.enable('precollect')
    return
  end

  config.name = 'precollect'
  local function attach(bufnr)
    config.root_dir = opts.root_dir or M.root(bufnr)
    if config.root_dir then
      vim.lsp.start(config, { bufnr = bufnr })
    end
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('precollect', {}),
    pattern = filetypes,
    callback = function(event)
      attach(event.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.list_contains(filetypes, vim.bo[bufnr].filetype) then
      attach(bufnr)
    end
  end
end

--- Everything that precollect found, in files that are open and in those that are not, as quickfix entries.
---@return table[]
function M.quickfix_items()
  local found = vim.tbl_filter(function(diagnostic)
    return diagnostic.source == 'precollect'
  end, vim.diagnostic.get())
  return vim.diagnostic.toqflist(found)
end

return M
