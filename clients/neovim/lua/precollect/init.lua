--- precollect for Neovim: starts the language server and lists what it found.
--- On 0.11 and later `vim.lsp.enable('precollect')` is enough; `setup()` does the same on 0.10.
local M = {}

--- How each workspace folder stands, by its URI: what `precollect/status` told last.
local standing = {}

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

--- For the server's configuration: keeps what `status()` tells.
M.handlers = {
  ['precollect/status'] = function(_, params)
    standing[params.uri] = params
    vim.api.nvim_exec_autocmds('User', { pattern = 'PrecollectStatus', data = params, modeline = false })
    vim.cmd.redrawstatus()
  end,
}

--- A component for a status line: the folder of the buffer in a few words, or nothing where no server is.
---@param bufnr? integer The current buffer if nil.
---@return string
function M.status(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr or 0, name = 'precollect' })[1]
  local stands = client and client.config.root_dir and standing[vim.uri_from_fname(client.config.root_dir)]
  if not stands then
    return ''
  elseif stands.state == 'failed' then
    return 'pytest ?'
  end
  local totals = stands.totals
  if type(totals) ~= 'table' then
    return 'pytest …'
  end
  local busy = stands.state == 'analysing' and ' …' or ''
  if totals.stops then
    return 'pytest stops' .. busy
  elseif totals.fails == 0 then
    return 'pytest ✓' .. busy
  end
  local all = totals.collects + totals.fails + totals.skips + totals.unknown
  return ('pytest ✗ %d/%d%s'):format(totals.fails, all, busy)
end

--- Starts the server in Python buffers, those already open included.
---@param opts? precollect.Options
function M.setup(opts)
  opts = opts or {}
  local config = {
    cmd = opts.cmd or { 'precollect', 'server', '--stdio' },
    init_options = { trusted = opts.trusted or false, status = true },
    handlers = M.handlers,
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
  table.sort(found, function(a, b)
    local left = { a.severity, vim.api.nvim_buf_get_name(a.bufnr), a.lnum, a.col }
    local right = { b.severity, vim.api.nvim_buf_get_name(b.bufnr), b.lnum, b.col }
    for at, value in ipairs(left) do
      if value ~= right[at] then
        return value < right[at]
      end
    end
    return false
  end)
  return vim.diagnostic.toqflist(found)
end

--- Lists what `quickfix_items()` has in the quickfix window, the errors first.
function M.quickfix()
  local items = M.quickfix_items()
  vim.fn.setqflist({}, ' ', { title = 'precollect', items = items })
  if #items > 0 then
    vim.cmd('botright copen')
  else
    vim.cmd('cclose')
    vim.notify('precollect found nothing that stops pytest from collecting')
  end
end

return M
