--- `:Precollect NAME`: the server's commands, each for the folders, file or finding that it is about.
local M = {}

--- The finding at the cursor, else the first of the buffer.
local function finding_here()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local first
  for _, found in ipairs(vim.diagnostic.get(0)) do
    if found.source == 'precollect' then
      first = first or found
      local behind = row - 1 < found.end_lnum or (row - 1 == found.end_lnum and column < found.end_col)
      if row - 1 >= found.lnum and behind and (row - 1 > found.lnum or column >= found.col) then
        return found
      end
    end
  end
  return first
end

local function about_finding()
  local found = finding_here()
  local data = vim.tbl_get(found or {}, 'user_data', 'lsp', 'data')
  return { uri = vim.uri_from_bufnr(0), fingerprint = data and data.fingerprint }
end

local function about_file()
  return { uri = vim.uri_from_bufnr(0) }
end

-- Each command: what it is about (nothing: all folders), and whether its answer is a line to be told.
local commands = {
  check = { told = true },
  confirm = { told = true },
  confirmFile = { about = about_file, told = true },
  report = {},
  plan = {},
  why = { about = about_finding },
  applyBridge = { about = about_finding },
  showEnvironment = {},
}

--- Calls a method of a client, which was a plain function before 0.11.
local function call(client, method, ...)
  if vim.fn.has('nvim-0.11') == 1 then
    return client[method](client, ...)
  end
  return client[method](...)
end

--- Starts the server anew; buffers are attached again as soon as it has ended.
local function restart()
  local client = vim.lsp.get_clients({ name = 'precollect' })[1]
  if not client then
    return vim.notify('precollect: no server runs', vim.log.levels.WARN)
  end
  local config, buffers = client.config, vim.tbl_keys(client.attached_buffers)
  call(client, 'stop')
  vim.wait(5000, function()
    return vim.lsp.get_client_by_id(client.id) == nil
  end, 10)
  for _, bufnr in ipairs(buffers) do
    vim.lsp.start(config, { bufnr = bufnr })
  end
end

--- Names of commands, for completion.
---@param prefix string
---@return string[]
function M.names(prefix)
  local names = vim.tbl_keys(commands)
  vim.list_extend(names, { 'quickfix', 'restart' })
  names = vim.tbl_filter(function(name)
    return vim.startswith(name, prefix)
  end, names)
  table.sort(names)
  return names
end

--- Has the server do a command. What it shows, it shows by itself; failures are told.
---@param name string
---@param done? fun(answer: string?)
function M.run(name, done)
  if name == 'restart' then
    return restart()
  elseif name == 'quickfix' then
    return require('precollect').quickfix()
  end
  local command = commands[name]
  if not command then
    return vim.notify('precollect: no such command: ' .. name, vim.log.levels.ERROR)
  end
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'precollect' })[1]
    or vim.lsp.get_clients({ name = 'precollect' })[1]
  if not client then
    return vim.notify('precollect: no server runs; open a Python file', vim.log.levels.WARN)
  end
  local params = { command = 'precollect.' .. name, arguments = command.about and { command.about() } or {} }
  local function answered(trouble, answer)
    if trouble then
      vim.notify('precollect: ' .. trouble.message, vim.log.levels.ERROR)
    elseif command.told and answer then
      vim.notify(answer)
    end
    if done then
      done(answer)
    end
  end
  call(client, 'request', 'workspace/executeCommand', params, answered)
end

return M
