-- The scenario in Neovim, by what a user has there: diagnostics, hover, code actions, commands.
-- Started by `npm run test:editors`, which names the project and the server in the environment.
local scenario = vim.json.decode(table.concat(vim.fn.readfile(vim.env.SCENARIO), '\n'))
local root = vim.env.WORKSPACE
local here = vim.fs.dirname(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2)))
vim.opt.runtimepath:prepend(vim.fs.dirname(vim.fs.dirname(here)) .. '/clients/neovim')
vim.cmd('filetype on')
vim.cmd('runtime plugin/precollect.lua')

local failed = 0
local function it(name, fn)
  local ok, trouble = xpcall(fn, debug.traceback)
  failed = failed + (ok and 0 or 1)
  io.stdout:write(ok and 'ok ' .. name .. '\n' or ('FAIL %s\n%s\n'):format(name, trouble))
end

local function wait(what, condition)
  if not vim.wait(40000, condition, 10) then
    error('waited for ' .. what .. '; shown: ' .. vim.inspect(vim.tbl_map(function(diagnostic)
      return diagnostic.message
    end, vim.diagnostic.get())), 2)
  end
end

local function open(path)
  vim.cmd.edit(root .. '/' .. path)
end

--- The diagnostics of a file that say something.
local function shown(path, message)
  local bufnr = vim.fn.bufnr(root .. '/' .. path)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.bufnr == bufnr and diagnostic.message:find(message, 1, true) ~= nil
  end, vim.diagnostic.get())
end

--- Calls a method of a client, which was a plain function before 0.11.
local function call(client, method, ...)
  if vim.fn.has('nvim-0.11') == 1 then
    return client[method](client, ...)
  end
  return client[method](...)
end

require('precollect').setup({
  cmd = { vim.env.NODE, vim.env.PRECOLLECT, 'server', '--stdio' },
  trusted = true,
  settings = { python = vim.env.PYTHON },
})

local dead = scenario.dead

it('the finding is shown where the fault is, in a file that is not open', function()
  open(scenario.live)
  wait('the finding', function()
    return #shown(dead.path, dead.message) == 1
  end)
  local finding = shown(dead.path, dead.message)[1]
  assert(
    finding.lnum == dead.line and finding.col == dead.character and finding.code == dead.rule,
    vim.inspect(finding)
  )
end)

it('the hover names the candidates', function()
  open(dead.path)
  wait('the server', function()
    return #vim.lsp.get_clients({ bufnr = 0, name = 'precollect' }) == 1
  end)
  vim.api.nvim_win_set_cursor(0, { dead.line + 1, dead.character })
  vim.lsp.buf.hover()
  local text
  wait('the hover', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
        return true
      end
    end
  end)
  for _, words in ipairs(scenario.hover) do
    assert(text:find(words, 1, true), text)
  end
end)

it('the bridge is applied, and the finding vanishes', function()
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.kind == 'quickfix' and action.title:find(scenario.bridge.title, 1, true) ~= nil
    end,
  })
  wait('the edit', function()
    return vim.fn.getline(dead.line + 1) == scenario.bridge.text
  end)
  wait('no finding', function()
    return #vim.diagnostic.get() == 0
  end)
end)

it('an edit of another file, not saved, brings a finding into the first', function()
  vim.cmd('silent write')
  open(scenario['break'].path)
  vim.fn.setline(1, scenario['break'].text)
  wait('the finding', function()
    return #shown(dead.path, scenario['break'].message) == 1
  end)
end)

it('pytest confirms what is saved', function()
  vim.cmd('silent write')
  local done
  local client = vim.lsp.get_clients({ name = 'precollect' })[1]
  local ask = { command = 'precollect.confirm', arguments = {} }
  local function answered(trouble, answer)
    done = trouble and trouble.message or answer
  end
  call(client, 'request', 'workspace/executeCommand', ask, answered)
  wait('the answer', function()
    return done
  end)
  wait('the state after "' .. done .. '"', function()
    return #shown(dead.path, scenario.confirmed) == 1
  end)
end)

for _, client in ipairs(vim.lsp.get_clients()) do
  call(client, 'stop')
end
vim.wait(5000, function()
  return #vim.lsp.get_clients() == 0
end, 10)
io.stdout:flush()
vim.cmd(failed > 0 and 'cquit 1' or 'qall!')
