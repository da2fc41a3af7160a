/** Modules of the standard library under their names in Python 2, with those of today that have all or most of each. */

const RENAMED: Readonly<Record<string, string>> = {
  BaseHTTPServer: 'http.server',
  CGIHTTPServer: 'http.server',
  ConfigParser: 'configparser',
  Cookie: 'http.cookies',
  HTMLParser: 'html.parser',
  Queue: 'queue',
  SimpleHTTPServer: 'http.server',
  SocketServer: 'socketserver',
  StringIO: 'io',
  Tkinter: 'tkinter',
  UserDict: 'collections',
  UserList: 'collections',
  UserString: 'collections',
  __builtin__: 'builtins',
  anydbm: 'dbm',
  cPickle: 'pickle',
  cStringIO: 'io',
  cookielib: 'http.cookiejar',
  copy_reg: 'copyreg',
  dummy_thread: '_thread',
  htmlentitydefs: 'html.entities',
  httplib: 'http.client',
  robotparser: 'urllib.robotparser',
  thread: '_thread',
  urllib2: 'urllib.request',
  urlparse: 'urllib.parse',
  xmlrpclib: 'xmlrpc.client',
}

/** What a module of Python 2 is called in Python 3; null where it is none, or has no other name. */
export function python3Name(module: string): string | null {
  return Object.hasOwn(RENAMED, module) ? RENAMED[module]! : null
}
