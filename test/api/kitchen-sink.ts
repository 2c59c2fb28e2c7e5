/** A structure with one of everything that can be described: what the documented ones do not need is tried here. */
import {
  ADDRESS,
  array,
  BOOL,
  BYTE,
  DWORD,
  field,
  list,
  LONG,
  LPTSTR,
  struct,
  text,
  TRAILING,
  union,
  WORD,
} from '../../src/api/layout/types.js';

const pair = struct('PAIR', field('first', BYTE), field('name', LPTSTR));
const wide = struct('WIDE', field('handle', ADDRESS), field('flag', BOOL));

export const kitchenSink = struct(
  'KITCHEN_SINK',
  field('b', BYTE),
  field('w', WORD),
  field('b2', BYTE),
  field('l', LONG),
  field('flag', BOOL),
  field('narrow', text('char', 3)),
  field('p', ADDRESS),
  field('broad', text('WCHAR', 5)),
  field('t', text('TCHAR', 7)),
  field('matrix', array(array(WORD, 3), 2)),
  field('inner', struct('', field('x', BYTE), field('y', ADDRESS), field('z', BYTE))),
  field('label', LPTSTR),
  field('nPairs', WORD),
  field('pairs', list(pair, 'nPairs')),
  field('kind', DWORD),
  field(
    'either',
    union([field('small', BYTE), field('wide', wide)], {
      field: 'kind',
      cases: [
        [1, 'small'],
        [7, 'wide'],
      ],
    }),
  ),
  field('data', TRAILING),
);
