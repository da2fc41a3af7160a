-- The plugin in a real Neovim, against the built server. From the top of the repository:
--
--   nvim --headless -u NONE -i NONE -n -l clients/neovim/test/spec.lua
--
-- It makes a project of its own, prints a line for each test and exits with 1 if one failed. SETUP=1 starts
-- the server by setup(), as 0.10 always does, in place of vim.lsp.enable().
local plugin = vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(debug.getinfo(1, 'S').source:sub(2))))
plugin = vim.uv.fs_realpath(plugin)
local cmd = { 'node', vim.fs.dirname(vim.fs.dirname(plugin)) .. '/dist/precollect.js', 'server', '--stdio' }

local root = vim.fn.tempname()
local files = {
  ['pyproject.toml'] = { '[tool.pytest.ini_options]', 'pythonpath = ["src"]', 'testpaths = ["tests"]' },
  ['src/app/__init__.py'] = {},
  ['src/app/models.py'] = { 'class User:', '    pass' },
  ['tests/test_live.py'] = { 'from app.models import User', '', '', 'def test_live():', '    assert User' },
  ['tests/test_dead.py'] = { 'from app.models import Group', '', '', 'def test_dead():', '    assert Group' },
}
for path, lines in pairs(files) do
  vim.fn.mkdir(vim.fs.dirname(root .. '/' .. path), 'p')
  vim.fn.writefile(lines, root .. '/' .. path)
end
root = vim.uv.fs_realpath(root)

local failed = 0
local function it(name, fn)
  local ok, trouble = xpcall(fn, debug.traceback)
  failed = failed + (ok and 0 or 1)
  io.stdout:write(ok and 'ok ' .. name .. '\n' or ('FAIL %s\n%s\n'):format(name, trouble))
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 10) then
    error('waited for ' .. what, 2)
  end
end

local function attached()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'precollect' })[1]
  return client and client.initialized and client
end

--- Calls a method of a client, which was a plain function before 0.11.
local function call(client, method, ...)
  if vim.fn.has('nvim-0.11') == 1 then
    client[method](client, ...)
  else
    client[method](...)
  end
end

--- File, line and column of everything found: 'test_dead.py:1:24'.
local function found()
  return vim.tbl_map(function(item)
    return ('%s:%d:%d'):format(vim.fs.basename(vim.api.nvim_buf_get_name(item.bufnr)), item.lnum, item.col)
  end, require('precollect').quickfix_items())
end

local dead = { 'test_dead.py:1:24' }
local function wait_for(expected)
  wait(vim.inspect(expected) .. ', not ' .. vim.inspect(found()), function()
    return vim.deep_equal(found(), expected)
  end)
end

local function open(path)
  vim.cmd.edit(root .. '/' .. path)
  wait('the server', attached)
end

local progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    table.insert(progress, event.data.params.value.kind)
  end,
})

-- Neovim tells by this of what it will no longer have.
local deprecated = {}
vim.deprecate = function(name)
  table.insert(deprecated, name)
end

vim.opt.runtimepath:prepend(plugin)
vim.cmd('filetype on')
vim.cmd('runtime plugin/precollect.lua')
if vim.env.SETUP or not vim.lsp.config then
  require('precollect').setup({ cmd = cmd })
else
  vim.lsp.config('precollect', { cmd = cmd })
  vim.lsp.enable('precollect')
end

it('the server is started in the folder that pytest would be', function()
  open('tests/test_live.py')
  assert(attached().config.root_dir == root, attached().config.root_dir)
end)

it('a finding is shown in a file that nobody has opened', function()
  wait_for(dead)
  wait('the progress of one analysis', function()
    return vim.deep_equal(progress, { 'begin', 'end' })
  end)
end)

it(':PrecollectQuickfix lists it', function()
  vim.cmd('PrecollectQuickfix')
  local list = vim.fn.getqflist({ title = true, size = true })
  assert(list.title == 'precollect' and list.size == 1, vim.inspect(list))
  vim.cmd('cclose')
end)

it('the status line tells how the folder stands', function()
  wait('the status, not ' .. require('precollect').status(), function()
    return require('precollect').status() == 'pytest ✗ 1/2'
  end)
end)

it(':Precollect completes, and knows what it does not know', function()
  assert(vim.deep_equal(vim.fn.getcompletion('Precollect con', 'cmdline'), { 'confirm', 'confirmFile' }))
  local told
  local notify = vim.notify
  vim.notify = function(text)
    told = text
  end
  vim.cmd('Precollect gone')
  vim.notify = notify
  assert(told == 'precollect: no such command: gone', told)
end)

it(':Precollect why, plan and showEnvironment open what they tell', function()
  for name, words in pairs({ why = "'app.models'", plan = 'test_dead.py', showEnvironment = 'pytest' }) do
    open('tests/test_dead.py')
    wait_for(dead)
    vim.cmd('Precollect ' .. name)
    wait(name, function()
      local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
      return not vim.api.nvim_buf_get_name(0):find('test_dead.py', 1, true) and text:find(words, 1, true)
    end)
  end
end)

it(':Precollect check tells how the folder stands', function()
  local told
  local notify = vim.notify
  vim.notify = function(text)
    told = text
  end
  vim.cmd('Precollect check')
  wait('the answer', function()
    return told
  end)
  vim.notify = notify
  assert(told:find('1 of 2 test files is not collected', 1, true), told)
end)

it('a hover explains it', function()
  open('tests/test_dead.py')
  wait_for(dead)
  vim.api.nvim_win_set_cursor(0, { 1, 25 })
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
  assert(text:find('missing%-symbol') and text:find('What to do'), text)
end)

it('an unsaved edit in another file takes it away, and its undoing brings it back', function()
  open('src/app/models.py')
  vim.api.nvim_buf_set_lines(0, 2, 2, false, { 'class Group:', '    pass' })
  wait_for({})
  vim.cmd('silent undo')
  wait_for(dead)
end)

it('a changed setting counts at once', function()
  local client = attached()
  client.settings = { precollect = { ignore = { 'missing-symbol' } } }
  call(client, 'notify', 'workspace/didChangeConfiguration', { settings = client.settings })
  wait_for({})
end)

it(':checkhealth finds nothing wrong', function()
  vim.cmd('checkhealth precollect')
  io.stdout:write('\n') -- its progress ends without
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(text:find('serves ' .. root, 1, true) and not text:find('ERROR'), text)
end)

it(':Precollect restart starts another server', function()
  open('tests/test_live.py')
  local before = attached().id
  vim.cmd('Precollect restart')
  wait('another server', function()
    return attached() and attached().id ~= before
  end)
end)

it('the server ends when it is told to', function()
  call(vim.lsp.get_clients({ name = 'precollect' })[1], 'stop')
  wait('its end', function()
    return #vim.lsp.get_clients() == 0
  end)
end)

it('nothing was called that this Neovim is about to lose', function()
  assert(#deprecated == 0, vim.inspect(deprecated))
end)

vim.fn.delete(root, 'rf')
vim.cmd(failed > 0 and 'cquit 1' or 'qall!')
