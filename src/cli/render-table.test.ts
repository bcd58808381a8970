import assert from 'node:assert/strict';
import { test } from 'node:test';

import { renderTable } from './render-table.ts';

const columns = ['name', 'ready', 'message'];

test('a table has upper-case headers, padded columns, a tab after each and no borders', () => {
  assert.equal(
    renderTable({ columns, rows: [['web', 'True', 'repository up-to-date']] }, { header: true }),
    'NAME\tREADY\tMESSAGE              \t\nweb \tTrue \trepository up-to-date\t\n',
  );
});

test('without its header a table is as wide as its rows', () => {
  assert.equal(renderTable({ columns, rows: [['a', 'b', 'c']] }, { header: false }), 'a\tb\tc\t\n');
});

test('a cell of several lines takes several lines', () => {
  assert.equal(
    renderTable({ columns: ['a', 'b'], rows: [['1\n22', 'x']] }, { header: true }),
    'A \tB\t\n1 \tx\t\n22\t \t\n',
  );
});

test('wide characters take two columns, combining ones none', () => {
  assert.equal(
    renderTable({ columns: ['n'], rows: [['日本'], ['e\u0301'], ['abcd']] }, { header: false }),
    '日本\t\ne\u0301   \t\nabcd\t\n',
  );
});

test('escape sequences from elsewhere are shown, not obeyed', () => {
  assert.equal(
    renderTable({ columns: ['n'], rows: [['\u001B[31mred\u0007\u202Etxt']] }, { header: false }),
    '\\x1b[31mred\\x07\\u202etxt\t\n',
  );
});
