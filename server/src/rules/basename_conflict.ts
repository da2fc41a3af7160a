/** Two files that pytest imports under one module name. */
import { basename, dirname } from '../files/paths.ts'
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { detailsOf, type Rule, tell } from './rule.ts'
import { testFiles } from './test_files.ts'

export const basenameConflict: Rule = {
  id: 'basename-conflict',
  summary: 'two files are imported under one module name',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The file that is collected second: its module name is already taken by another file, so pytest would run ' +
      "the other file's tests in its place, and refuses.",
    why:
      'In the import modes `prepend` and `append` the name of a test module starts at the first folder above it ' +
      'without an `__init__.py`. Two `test_utils.py` in two folders without it are both called `test_utils`.',
    todo:
      'Rename one of the two files. Or use `--import-mode=importlib`, which needs no unique names. An ' +
      '`__init__.py` in both folders also cures it, but changes what the other files of these folders can import.',
    pytest:
      "import file mismatch:\nimported module '{name}' has this __file__ attribute:\n  {first file}\nwhich is not the same as the test file we want to collect:\n  {second file}\nHINT: remove __pycache__ / .pyc files and/or use a unique basename for your test file modules",
    limits: 'The variable `PY_IGNORE_IMPORTMISMATCH` turns the check of pytest off, and this rule with it.',
  },
  *check(context) {
    const collected = testFiles(context.plan)
    for (const { cause, detail } of detailsOf(context, 'basename-conflict', 'file-mismatch')) {
      const first = shown(context, detail.first)
      const twin = collected.has(detail.first) || basename(detail.first) === 'conftest.py'
      yield tell(context, cause, {
        what: `${shown(context, detail.second)} is imported as '${detail.name}', which is already ${first}`,
        todo: twin
          ? `rename one of the two files; an __init__.py in ${folders(context.plan.rootdir, detail.first, detail.second)} or --import-mode=importlib also keeps them apart`
          : `rename it: '${detail.name}' is imported from ${first} before this file is collected`,
        related: [{ span: wholeFile(detail.first), message: `'${detail.name}' is this file` }],
      })
    }
  },
}

function folders(root: string, first: string, second: string): string {
  const names = [first, second].map(path => dirname(path).slice(root.length + 1) || 'the root folder')
  return names.join(' and ')
}
