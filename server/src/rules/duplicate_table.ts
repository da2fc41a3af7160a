/** A table is defined although the MetaData holds one of that name. */
import { tellRegisteredTwice } from './registered_twice.ts'
import { detailsOf, type Rule } from './rule.ts'

const ID = 'duplicate-table'

export const duplicateTable: Rule = {
  id: ID,
  summary: 'an SQLAlchemy table is defined twice in one MetaData',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'The second definition raises, and with it the import and every test file that runs it.',
    why:
      'A MetaData, and so a declarative base, holds one table of each name. Either two classes or `Table()` calls ' +
      'have the same name and schema, or one definition is executed twice: its file is imported under two names, ' +
      'or its first import failed after the table was made.',
    todo:
      'Define each table once, in one module that is imported under one name, and give tests a base or MetaData of ' +
      'their own. `extend_existing` hides the second definition; it does not make it right.',
    pytest:
      "E   sqlalchemy.exc.InvalidRequestError: Table '{name}' is already defined for this MetaData instance.  Specify 'extend_existing=True' to redefine options and columns on an existing Table object.",
    limits:
      'Names and options that are computed in ways that cannot be followed, bases that come from a function or ' +
      'library that is not known (Flask-SQLAlchemy, SQLModel), and classes whose columns all come from a mixin ' +
      'are not compared.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, ID, 'registered-twice')) {
      yield tellRegisteredTwice(context, cause, {
        thing: `table '${detail.name}'`,
        first: detail.first,
        twice: detail.twice,
        cures: {
          twice: 'import its file under one name only',
          two: 'define the table in one place and import it from there, or rename one of the two',
        },
      })
    }
  },
}
