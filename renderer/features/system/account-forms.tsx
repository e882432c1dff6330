import { Checkbox, SegmentedControl, Select, TextInput, Textarea } from '@mantine/core'
import { authorizedKeyProblem, keyLines } from '#shared/system/ssh-keys'
import { EditFormView, LoadFile } from './edit-form-view.js'
import styles from './system-tab.module.css'
import { type FormTarget, useEditForm } from './use-edit-form.js'

const MAX_KEYS_BYTES = 1024 * 1024

export function HostnameForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(target, { name: '' }, ({ name }) => ({ kind: 'hostname', name: name.trim() }))
  return (
    <EditFormView
      title="Host name"
      about="Written to /etc/hostname, and to the own line of /etc/hosts where there is one."
      action="Stage the host name"
      onSubmit={form.submit}
    >
      <TextInput
        label="Name of the machine"
        placeholder="web-1.example.com"
        className={styles.field ?? ''}
        value={form.fields.name}
        onChange={(event) => form.set('name', event.currentTarget.value)}
        error={form.problem('name')}
        spellCheck={false}
        autoComplete="off"
      />
    </EditFormView>
  )
}

const NO_KEYS = { user: 'root', keys: '', mode: 'add' }

export function SshKeysForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(
    target,
    NO_KEYS,
    ({ user, keys, mode }) => ({ kind: 'ssh-keys', user: user.trim(), keys: keyLines(keys), mode }),
    ({ keys }) => ({ keys: keysProblem(keys) }),
  )
  return (
    <EditFormView
      title="SSH keys"
      about="Public keys that may log in as a user of the image, in ~/.ssh/authorized_keys with the owner and modes that sshd asks for."
      action="Stage the keys"
      onSubmit={form.submit}
    >
      <TextInput
        label="User"
        className={styles.field ?? ''}
        value={form.fields.user}
        onChange={(event) => form.set('user', event.currentTarget.value)}
        error={form.problem('user')}
        spellCheck={false}
        autoComplete="off"
      />
      <Textarea
        label="Public keys, one a line"
        placeholder="ssh-ed25519 AAAA… user@host"
        rows={5}
        value={form.fields.keys}
        onChange={(event) => form.set('keys', event.currentTarget.value)}
        error={form.problem('keys')}
        spellCheck={false}
        classNames={{ input: styles.mono ?? '' }}
      />
      <div className={styles.line}>
        <LoadFile
          label="Load a .pub file"
          maxBytes={MAX_KEYS_BYTES}
          onText={(text) => form.set('keys', [...keyLines(form.fields.keys), ...keyLines(text)].join('\n'))}
        />
        <SegmentedControl
          size="xs"
          aria-label="Keys that are there"
          value={form.fields.mode}
          onChange={(mode) => form.set('mode', mode)}
          data={[
            { value: 'add', label: 'Keep keys that are there' },
            { value: 'replace', label: 'Replace them' },
          ]}
        />
      </div>
    </EditFormView>
  )
}

function keysProblem(text: string): string | undefined {
  const lines = keyLines(text)
  if (lines.length === 0) return 'paste a public key, or load the file that holds it'
  for (const [index, line] of lines.entries()) {
    const problem = authorizedKeyProblem(line)
    if (problem !== null) return lines.length === 1 ? problem : `key ${index + 1}: ${problem}`
  }
  return undefined
}

const NO_USER = { name: '', gecos: '', shell: '', groups: '', uid: '', sudo: 'none', passwordHash: '', locked: false }

export function UserForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(
    target,
    NO_USER,
    ({ name, gecos, shell, groups, uid, sudo, passwordHash, locked }) => ({
      kind: 'user',
      name: name.trim(),
      groups: groups.split(/[\s,]+/).filter((group) => group !== ''),
      sudo,
      ...(gecos.trim() === '' ? {} : { gecos: gecos.trim() }),
      ...(shell.trim() === '' ? {} : { shell: shell.trim() }),
      ...(uid.trim() === '' ? {} : { uid: Number(uid) }),
      ...(locked ? { passwordHash: '!' } : passwordHash.trim() === '' ? {} : { passwordHash: passwordHash.trim() }),
    }),
    ({ uid }) => ({ uid: /^\s*\d*\s*$/.test(uid) ? undefined : 'a user number holds digits only' }),
  )
  const { fields } = form
  const text = (name: 'name' | 'gecos' | 'shell' | 'groups' | 'uid' | 'passwordHash', label: string, placeholder = '') => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={fields[name]}
      onChange={(event) => form.set(name, event.currentTarget.value)}
      error={form.problem(name)}
      spellCheck={false}
      autoComplete="off"
      disabled={name === 'passwordHash' && fields.locked}
    />
  )
  return (
    <EditFormView
      title="Users"
      about="Adds an account with a group of its own and a home from /etc/skel. SSH keys for it are staged apart."
      action="Stage the user"
      onSubmit={form.submit}
    >
      <div className={styles.grid}>
        {text('name', 'Name', 'ops')}
        {text('gecos', 'Full name')}
        {text('groups', 'Further groups', 'wheel, adm')}
        {text('shell', 'Shell', '/bin/bash')}
        {text('uid', 'User number', 'the next free one')}
        <Select
          label="sudo"
          value={fields.sudo}
          onChange={(value) => form.set('sudo', value ?? 'none')}
          data={[
            { value: 'none', label: 'Not allowed' },
            { value: 'password', label: 'Everything, with the password' },
            { value: 'nopasswd', label: 'Everything, without a password' },
          ]}
        />
      </div>
      {text('passwordHash', 'Password hash', '$6$… as openssl passwd -6 or mkpasswd print it; empty for no password')}
      <Checkbox label="Lock the password" checked={fields.locked} onChange={(event) => form.set('locked', event.currentTarget.checked)} />
    </EditFormView>
  )
}
