/** Names and modules that moved: the fixes that are offered, with their effect, and what they write. */
import { expect, test } from 'vitest'
import { changedText } from '../../server/src/bridges/edit.ts'
import type { Fix } from '../../server/src/bridges/fix.ts'
import { inWords } from '../../server/src/bridges/verify.ts'
import { fixesOf } from '../../server/src/engine/fixes.ts'
import { relative } from '../../server/src/files/paths.ts'
import { type Project, project } from './project.ts'

/** The fixes of the only finding of a rule. */
async function fixes({ analysis }: Project, rule: string): Promise<readonly Fix[]> {
  const finding = analysis.findings.find(each => each.rule === rule)
  return finding ? fixesOf(analysis, finding) : []
}

/** The text of every file that a fix writes, by its path. */
function written({ analysis, root }: Project, fix: Fix): Record<string, string> {
  const { changed = [], created = [] } = fix.edit ?? {}
  return Object.fromEntries([
    ...changed.map(({ path, changes }) => [relative(root, path), changedText(analysis.text(path)!, changes)]),
    ...created.map(({ path, text }) => [relative(root, path), text]),
  ])
}

const told = (all: readonly Fix[]) =>
  all.map(fix => `${fix.title}: ${fix.effect ? inWords(fix.effect) : fix.command}`)

const SETUP = '-- pytest.ini --\n[pytest]\npythonpath = src\n-- src/shop/__init__.py --\n'

test('a module that moved and was renamed is found by what is wanted of it', async () => {
  const it = await project(`${SETUP}-- src/shop/core/__init__.py --
-- src/shop/core/basket_model.py --
class Basket: ...
def total(basket): ...
-- src/shop/decoy.py --
class Basket: ...
-- src/shop/till.py --
from .models import Basket as B, total
-- tests/test_a.py --
from shop.models import Basket

def test_a(): pass
-- tests/test_b.py --
import shop.till
def test_b(): pass
`)
  const [everywhere, here, bridge] = await fixes(it, 'unresolved-import')
  expect(told([everywhere!, here!, bridge!])).toEqual([
    "Import 'shop.models' from 'shop.core.basket_model', in all 2 files: brings back 2 test files",
    "Import 'shop.models' from 'shop.core.basket_model', in this file only: brings back 1 test file",
    "Serve 'shop.models' from 'shop.core.basket_model' by a bridge: src/shop/models.py: brings back 2 test files",
  ])
  expect(everywhere!.because).toContain('has all 2 names that are wanted')
  expect(written(it, everywhere!)).toEqual({
    'src/shop/till.py': 'from .core.basket_model import Basket as B, total\n',
    'tests/test_a.py': 'from shop.core.basket_model import Basket\n\ndef test_a(): pass\n',
  })
  expect(written(it, bridge!)).toEqual({
    'src/shop/models.py': `"""Stands in for 'shop.models', which is no longer here. Now: shop.core.basket_model."""
# precollect: bridge

from shop.core.basket_model import Basket as Basket, total as total

__all__ = [
    "Basket",
    "total",
]
`,
    'tests/bridges/test_bridge_shop_models.py': `"""'shop.models' is a bridge: every name that is wanted of it has to come through."""
# precollect: bridge

from shop.models import Basket, total


def test_every_name_comes_through() -> None:
    assert Basket is not None
    assert total is not None
`,
  })
})

test('a module whose names went to several places', async () => {
  const it = await project(`${SETUP}-- src/shop/people.py --
class Customer: ...
-- src/shop/goods.py --
class Item: ...
class Stock: ...
-- tests/test_a.py --
from shop.models import (
    Customer,
    Item as I,
    Stock,
)

def test_a(): pass
`)
  const [first] = await fixes(it, 'unresolved-import')
  expect(written(it, first!)).toEqual({
    'tests/test_a.py': `from shop.people import Customer
from shop.goods import Item as I, Stock

def test_a(): pass
`,
  })
  expect(first!.because).toContain('2 modules together have all 3 names that are wanted')
})

test('a name that moved along with others, and one that is only spelt otherwise', async () => {
  const it = await project(`${SETUP}-- src/shop/models.py --
class Item: ...
class Customers: ...
-- src/shop/people.py --
class Staff: ...
class Boss: ...
-- tests/test_a.py --
from shop.models import Item, Staff

def test_a(): pass
-- tests/test_b.py --
def test_b():
    from shop.models import Boss
`)
  const [everywhere, , bridge] = await fixes(it, 'missing-symbol')
  expect(written(it, everywhere!)).toEqual({
    'tests/test_a.py': 'from shop.models import Item\nfrom shop.people import Staff\n\ndef test_a(): pass\n',
    'tests/test_b.py': 'def test_b():\n    from shop.people import Boss\n',
  })
  expect(written(it, bridge!)['src/shop/models.py']).toBe(
    'class Item: ...\nclass Customers: ...\n\nfrom shop.people import Boss as Boss, Staff as Staff  # precollect: bridge\n',
  )
  const respelt = await project(`${SETUP}-- src/shop/models.py --
class Customers: ...
-- tests/test_a.py --
from shop.models import Customer

def test_a(): pass
`)
  const [near] = await fixes(respelt, 'missing-symbol')
  expect(written(respelt, near!)['tests/test_a.py']).toBe(
    'from shop.models import Customers as Customer\n\ndef test_a(): pass\n',
  )
})

test('a submodule that moved, imported in every way', async () => {
  const it = await project(`${SETUP}-- src/shop/util/__init__.py --
-- src/shop/util/money.py --
def euro(): ...
-- tests/test_a.py --
from shop import money
money.euro()
-- tests/test_b.py --
import shop.money
shop.money.euro()  # shop.money
-- tests/test_c.py --
import shop.money as m
m.euro()
-- tests/test_d.py --
from shop.money import euro
`)
  const [first] = await fixes(it, 'unresolved-import')
  expect(told([first!])).toEqual([
    "Import 'shop.money' from 'shop.util.money', in all 4 files: brings back 4 test files",
  ])
  expect(written(it, first!)).toEqual({
    'tests/test_a.py': 'from shop.util import money\nmoney.euro()\n',
    'tests/test_b.py': 'import shop.util.money\nshop.util.money.euro()  # shop.money\n',
    'tests/test_c.py': 'import shop.util.money as m\nm.euro()\n',
    'tests/test_d.py': 'from shop.util.money import euro\n',
  })
})

test('a package that moved under another root takes its modules along', async () => {
  const it = await project(`${SETUP}-- src/lab/__init__.py --
-- src/lab/shop2/__init__.py --
-- src/lab/shop2/deep/__init__.py --
-- src/lab/shop2/deep/thing.py --
def make(): ...
-- tests/test_a.py --
from shop2.deep.thing import make
def test_a(): pass
`)
  const all = await fixes(it, 'unresolved-import')
  expect(written(it, all[0]!)).toEqual({
    'tests/test_a.py': 'from lab.shop2.deep.thing import make\ndef test_a(): pass\n',
  })
  const bridge = all.find(fix => fix.title.includes('bridge'))!
  expect(Object.keys(written(it, bridge))).toEqual([
    'src/shop2/__init__.py',
    'src/shop2/deep/__init__.py',
    'src/shop2/deep/thing.py',
  ])
})

test('what would close a cycle is not offered', async () => {
  const it = await project(`${SETUP}-- src/shop/models.py --
from shop.people import Staff
class Item: ...
-- src/shop/people.py --
from shop.models import Basket
class Staff: ...
-- src/shop/basket.py --
from shop.models import Item
class Basket: ...
-- tests/test_a.py --
import shop.models
def test_a(): pass
`)
  expect(await fixes(it, 'missing-symbol')).toEqual([])
})

const LEGACY = `${SETUP}-- src/core/__init__.py --
-- src/core/cache.py --
def get_cache(): ...
-- src/core/utils.py --
def chunks(): ...
-- src/other/__init__.py --
-- src/other/cache.py --
-- src/other/utils.py --
-- tests/test_a.py --
from legacy.cache import get_cache
-- tests/test_b.py --
from legacy.utils import chunks
`

test('a whole package that went under another name is found by what its modules define', async () => {
  const it = await project(LEGACY)
  expect(told(await fixes(it, 'unresolved-import'))[0]).toBe(
    "Import 'legacy' from 'core', in all 2 files: brings back 2 test files",
  )
})

test('who has modules of the same names, and not what is wanted of them, is not taken for it', async () => {
  const it = await project(LEGACY.replace('def chunks', 'def slices'))
  expect(told(await fixes(it, 'unresolved-import')).join()).not.toContain("from 'core'")
})

test('what nobody vouches for is not installed by a command', async () => {
  const [install] = await fixes(await project(`-- tests/test_a.py --\nimport legacy\n`), 'unresolved-import')
  expect([install!.title, install!.command]).toEqual(["Install what provides 'legacy'", null])
})

test('a name that is misspelt is said as what is imported in its place', async () => {
  const it = await project(`${SETUP}-- src/shop/till.py --
def make_service(): ...
-- tests/test_a.py --
from shop.till import make_servce
`)
  expect(told(await fixes(it, 'missing-symbol'))[0]).toBe(
    "Import 'make_service' from 'shop.till' in place of 'make_servce': brings back 1 test file",
  )
})

test('a package that moved and left its folder behind is looked for as one that is gone', async () => {
  const it = await project(`${SETUP}-- src/shop/cart/notes.txt --
-- src/shop/basket/__init__.py --
from .lines import Line
-- src/shop/basket/lines.py --
class Line: ...
-- tests/test_a.py --
from shop.cart import Line
-- tests/test_b.py --
from shop.cart.lines import Line
`)
  const [everywhere] = await fixes(it, 'missing-symbol')
  expect(told([everywhere!])).toEqual([
    "Import 'shop.cart' from 'shop.basket', in all 2 files: brings back 2 test files",
  ])
})
