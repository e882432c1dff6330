import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMember, addRow, addSubordinateIds, hasRow, loginDef, nextId, readAccounts, readGroups } from './accounts.js'
import { groupNameProblem, passwordHashProblem, shellProblem, userNameProblem } from './user-rules.js'

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000:Ada,,,:/home/ada:/bin/zsh\n+::::::\n'

test('accounts are read, and lines of NIS and comments are none', () => {
  expect(readAccounts(`# c\n${PASSWD}bad:x:y:z:::\n`).map((account) => [account.name, account.uid, account.home])).toEqual([
    ['root', 0, '/root'],
    ['ada', 1000, '/home/ada'],
  ])
  expect(readGroups('wheel:x:10:ada,bob\nempty:x:11:\n')).toEqual([
    { name: 'wheel', gid: 10, members: ['ada', 'bob'] },
    { name: 'empty', gid: 11, members: [] },
  ])
})

test('a new line stands before the line of NIS, else at the end', () => {
  expect(addRow(PASSWD, ['bob', 'x', 1001, 1001, '', '/home/bob', '/bin/sh'])).toBe(
    PASSWD.replace('+::::::', 'bob:x:1001:1001::/home/bob:/bin/sh\n+::::::'),
  )
  expect(addRow('a:x:1:', ['b', 'x', 2, ''])).toBe('a:x:1:\nb:x:2:\n')
  expect(hasRow(PASSWD, 'ada')).toBe(true)
  expect(hasRow(PASSWD, 'ad')).toBe(false)
})

test('adding a line or a member takes no byte away from the others', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,10}$/)
  fc.assert(
    fc.property(fc.string(), name, (text, user) => {
      const added = addRow(text, [user, 'x', 5, ''])
      const line = `${user}:x:5:\n`
      expect(added.includes(line)).toBe(true)
      const without = added.replace(line, '')
      expect([text, `${text}\n`]).toContain(without)
      expect(addMember(text, 'no such group', user)).toBe(text)
    }),
  )
})

test('a member is added once, to its group only', () => {
  const text = 'wheel:x:10:\nsudo:x:27:ada\n'
  const once = addMember(addMember(text, 'wheel', 'bob'), 'sudo', 'bob')
  expect(once).toBe('wheel:x:10:bob\nsudo:x:27:ada,bob\n')
  expect(addMember(once, 'sudo', 'bob')).toBe(once)
})

test('the next number is after the highest in the range', () => {
  expect(nextId([0, 999, 1000, 65_534], 1000, 60_000)).toBe(1001)
  expect(nextId([], 1000, 60_000)).toBe(1000)
  expect(nextId([1000, 1002], 1000, 1002)).toBe(1001)
  expect(nextId([1000, 1001], 1000, 1001)).toBeNull()
})

test('login.defs: the last line of a name counts, comments do not', () => {
  expect(loginDef('#UID_MIN 5\nUID_MIN\t\t 500\nUID_MIN 2000\n', 'UID_MIN', 1000)).toBe(2000)
  expect(loginDef('UID_MAX 5\n', 'UID_MIN', 1000)).toBe(1000)
})

test('subordinate ids follow the last range', () => {
  expect(addSubordinateIds('', 'ada')).toBe('ada:100000:65536\n')
  expect(addSubordinateIds('ada:100000:65536\n', 'bob')).toBe('ada:100000:65536\nbob:165536:65536\n')
  expect(addSubordinateIds('ada:1:2\n', 'ada')).toBe('ada:1:2\n')
})

test('names of users and groups as useradd takes them', () => {
  for (const name of ['ada', '_apt', 'a-b_c9', 'host$']) expect(userNameProblem(name)).toBeNull()
  for (const name of ['', 'Ada', '1a', 'a b', 'a:b', 'a\n', 'a'.repeat(33), '../x']) expect(userNameProblem(name)).not.toBeNull()
  expect(groupNameProblem('x,y')).toMatch(/group/)
  expect(shellProblem('/bin/bash')).toBeNull()
  expect(shellProblem('bash')).not.toBeNull()
  expect(shellProblem('/bin/a:b')).not.toBeNull()
})

test('hashes of crypt are taken, and passwords never', () => {
  const b64 = (length: number): string => './09AZaz'.repeat(20).slice(0, length)
  for (const hash of [
    `$6$salt$${b64(86)}`,
    `$6$rounds=5000$salt$${b64(86)}`,
    `$y$j9T$abc$${b64(43)}`,
    `$5$s$${b64(43)}`,
    `$2b$10$${b64(53)}`,
    '!',
    '*',
  ])
    expect(passwordHashProblem(hash)).toBeNull()
  for (const hash of ['secret', '', `$6$salt$${b64(80)}`, `$1$salt$${b64(22)}`, `$6$salt$${b64(86)}:`, 'x\n'])
    expect(passwordHashProblem(hash)).not.toBeNull()
})
