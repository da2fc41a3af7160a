/** Editable installs, and other lines of `.pth` files, that point to what is not there. */
import { fileURLToPath } from 'node:url'
import { readText } from '../../environment/look.ts'
import type { FileSystem } from '../../files/file_system.ts'
import { join, normalize } from '../../files/paths.ts'
import { type HygieneCheck, seen } from './check.ts'

export const editableInstalls: HygieneCheck = {
  id: 'editable-installs',
  summary: 'editable installs and .pth lines that point nowhere',
  *check(context) {
    const { fs, environment } = context
    for (const { name, path, editable } of environment.distributions) {
      const source = editable ? sourceOf(readText(fs, join(path, 'direct_url.json'))) : null
      if (source !== null && fs.stat(source) === null) {
        yield {
          severity: 'error',
          what: `${name} is installed from ${seen(context, source)}, which is not there`,
          todo: `install it again from where it is now, or remove it: pip uninstall ${name}`,
        }
      }
    }
    for (const { mapping } of environment.editableFinders) {
      for (const [module, place] of Object.entries(mapping)) {
        if ([place, `${place}.py`].some(each => fs.stat(each) !== null)) continue
        yield {
          severity: 'error',
          what: `'${module}' of an editable install is served from ${seen(context, place)}, which is not there`,
          todo: 'install the project again, from where it is now',
        }
      }
    }
    for (const folder of environment.sitePackages) {
      for (const { file, line } of linesOfPth(fs, folder)) {
        yield {
          what: `${seen(context, file)} adds ${line} to sys.path, which is not there`,
          todo: 'install again what it belongs to, or delete the line',
        }
      }
    }
  },
}

function sourceOf(directUrl: string | null): string | null {
  try {
    const { url } = JSON.parse(directUrl ?? '') as { url?: unknown }
    return typeof url === 'string' && url.startsWith('file:') ? normalize(fileURLToPath(url)) : null
  } catch {
    return null // Damaged, or of another machine.
  }
}

/** Lines that name a place which does not exist. */
function* linesOfPth(fs: FileSystem, folder: string): Generator<{ file: string; line: string }> {
  for (const { name, kind } of fs.list(folder) ?? []) {
    if (kind !== 'file' || !name.endsWith('.pth')) continue
    for (const line of (readText(fs, join(folder, name)) ?? '').split(/\r\n?|\n/)) {
      const place = line.trimEnd()
      if (place === '' || place.startsWith('#') || /^import[ \t]/.test(place)) continue
      if (fs.stat(join(folder, normalize(place))) === null) yield { file: join(folder, name), line: place }
    }
  }
}
