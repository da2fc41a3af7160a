/** Modules that left the standard library, with the first Python that does not have them (What's New pages). */

type Release = readonly [major: number, minor: number]

const REMOVED: Readonly<Record<string, readonly string[]>> = {
  '3.9': ['dummy_threading'],
  '3.10': ['formatter', 'parser', 'symbol'],
  '3.11': ['binhex'],
  '3.12': ['asynchat', 'asyncore', 'distutils', 'imp', 'smtpd'],
  '3.13': [
    ...['aifc', 'audioop', 'cgi', 'cgitb', 'chunk', 'crypt', 'imghdr', 'lib2to3', 'mailcap', 'msilib', 'nis'],
    ...['nntplib', 'ossaudiodev', 'pipes', 'sndhdr', 'spwd', 'sunau', 'telnetlib', 'uu', 'xdrlib'],
  ],
  '3.15': ['sre_compile', 'sre_constants', 'sre_parse'],
}

const removed = new Map<string, Release>()
for (const [release, names] of Object.entries(REMOVED)) {
  const [major, minor] = release.split('.').map(Number) as [number, number]
  for (const name of names) removed.set(name, [major, minor])
}

const removedModules: ReadonlyMap<string, Release> = removed
export default removedModules
