/**
 * Variables that hold something else in each shell, terminal window or login. What they hold is taken as unknown,
 * so that no answer depends on the window in which it was asked for.
 */

const PASSING = new Set([
  ...['_', 'SHLVL', 'PWD', 'OLDPWD', 'WINDOWID', 'STY', 'WINDOW', 'GPG_TTY', 'SSH_TTY', 'COLUMNS', 'LINES'],
  ...[
    'TERM_SESSION_ID',
    'ITERM_SESSION_ID',
    'SHELL_SESSION_ID',
    'WT_SESSION',
    'KITTY_WINDOW_ID',
    'KITTY_PID',
  ],
  ...['TMUX', 'TMUX_PANE', 'SSH_CLIENT', 'SSH_CONNECTION', 'SSH_AUTH_SOCK', 'SSH_AGENT_PID'],
  ...['XDG_SESSION_ID', 'DBUS_SESSION_BUS_ADDRESS', 'DESKTOP_STARTUP_ID', 'INVOCATION_ID', 'JOURNAL_STREAM'],
  ...['VSCODE_IPC_HOOK_CLI', 'VSCODE_GIT_IPC_HANDLE', 'NVIM', 'NVIM_LISTEN_ADDRESS'],
])

/** Does the variable hold something else in each shell? */
export function isPassing(name: string): boolean {
  return PASSING.has(name)
}

/** The variables, with nothing in those that pass: that they are set is all there is to know of them. */
export function withoutPassing(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, isPassing(name) ? '' : value]))
}
