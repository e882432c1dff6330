import process from 'node:process'
import { accessOf, ACCESS_OPTIONS } from '../access-options.js'
import { choiceOf } from '../choice.js'
import { type Command, type OptionTable, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'
import { askSecret, secretOfStdin } from '../read-secret.js'

const KEEPS = ['auth-file', 'session'] as const

const loginCommand: Command = {
  name: 'containers login',
  summary: 'Sign in at a registry: the password is tried there first, then kept as podman keeps it',
  positionals: 'REGISTRY',
  needs: '-u USER',
  counts: { min: 1, max: 1 },
  options: {
    user: { type: 'string', short: 'u', value: 'USER', help: 'Who signs in' },
    'password-stdin': { type: 'boolean', help: 'Read the password from standard input (default: asked for, and not shown)' },
    keep: { type: 'string', value: 'WHERE', help: 'auth-file (the default), or session: only try whether it is right' },
    ...ACCESS_OPTIONS,
  },
  examples: ['diskwright containers login registry.example -u me', 'diskwright containers login registry.example -u me --password-stdin'],
  async run(input, { core, print, signal }) {
    const user = input.text('user')
    if (user === undefined || user === '') throw new UsageError('say who signs in: -u USER')
    const [registry = ''] = input.positionals
    const keep = choiceOf(input, 'keep', KEEPS) ?? 'auth-file'
    const access = accessOf(input)
    const secret = input.flag('password-stdin')
      ? await secretOfStdin(process.stdin)
      : await askSecret(
          { stdin: process.stdin, stderr: process.stderr, signal },
          `Password of ${user} at ${registry}: `,
          'use --password-stdin',
        )
    const made = await core.containers.signIn({ registry, user, secret, keep, access })
    print.result(made)
    print.line(`Signed in at ${made.registry} as ${made.user ?? user}${made.where === null ? '' : `; kept in ${made.where}`}`)
    return EXIT.ok
  },
}

const logoutCommand: Command = {
  name: 'containers logout',
  summary: 'Forget the sign-in at a registry, wherever it is kept',
  positionals: 'REGISTRY',
  counts: { min: 1, max: 1 },
  options: authFileOption(),
  examples: ['diskwright containers logout registry.example'],
  async run(input, { core, print }) {
    const [registry = ''] = input.positionals
    if (registry.trim() === '') throw new UsageError('say which registry')
    await core.containers.signOut(registry, accessOf(input).authFile)
    print.result({ registry })
    print.line(`Signed out at ${registry}`)
    return EXIT.ok
  },
}

const loginsCommand: Command = {
  name: 'containers logins',
  summary: 'List who is signed in at which registries, and where that is kept; never the passwords',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright containers logins'],
  async run(_input, { core, print }) {
    const signIns = await core.containers.signIns()
    print.result(signIns)
    const rows = signIns.map(({ registry, user, kept, where }) => [registry, user ?? '-', kept, where ?? '-'])
    for (const line of rows.length === 0 ? ['Nobody is signed in'] : table([['Registry', 'User', 'Kept', 'Where'], ...rows]))
      print.line(line)
    return EXIT.ok
  },
}

function authFileOption(): OptionTable {
  const { authfile } = ACCESS_OPTIONS
  return authfile === undefined ? {} : { authfile }
}

export const signInCommands: readonly Command[] = [loginCommand, logoutCommand, loginsCommand]
