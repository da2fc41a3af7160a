--- `:checkhealth precollect`: can the server be started, and which folders does it look after?
local M = {}

local function clients()
  return vim.lsp.get_clients({ name = 'precollect' })
end

--- The command as configured; the default where nothing is (or on 0.10, where no server runs yet).
---@return string[]
local function command()
  local running = clients()[1]
  local config = running and running.config or (vim.lsp.config and vim.lsp.config.precollect) or {}
  return type(config.cmd) == 'table' and config.cmd or { 'precollect', 'server', '--stdio' }
end

local function check_command()
  local cmd = command()
  if vim.fn.executable(cmd[1]) == 0 then
    vim.health.error(("'%s' is not executable"):format(cmd[1]), {
      'install precollect, so that `precollect` is in PATH',
      "or name it: require('precollect').setup({ cmd = { '/path/to/precollect', 'server', '--stdio' } })",
    })
    return
  end
  -- Everything before `server` starts the program: { 'node', '/path/to/precollect.js', 'server', '--stdio' }.
  local ask = {}
  for _, word in ipairs(cmd) do
    if word == 'server' then
      break
    end
    ask[#ask + 1] = word
  end
  ask[#ask + 1] = '--version'
  local answer = vim.system(ask, { text = true, timeout = 10000 }):wait()
  if answer.code == 0 then
    vim.health.ok(('%s is %s'):format(vim.fn.exepath(cmd[1]), vim.trim(answer.stdout)))
  else
    local reason = answer.stderr ~= '' and vim.trim(answer.stderr) or 'exit code ' .. answer.code
    vim.health.error(('`%s` failed: %s'):format(table.concat(ask, ' '), reason))
  end
end

function M.check()
  vim.health.start('precollect')
  if vim.fn.has('nvim-0.10') == 0 then
    vim.health.error('Neovim 0.10 or newer is needed')
    return
  end
  check_command()
  local running = clients()
  if #running == 0 then
    vim.health.info('no server runs: open a Python file of a project')
  end
  for _, client in ipairs(running) do
    local trusted = (client.config.init_options or {}).trusted
    vim.health.ok(('serves %s%s'):format(client.config.root_dir, trusted and ' (trusted)' or ''))
  end
end

return M
