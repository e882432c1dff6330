import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { CommandBlock } from '../../components/command-block.js'
import styles from './verdict-panel.module.css'

/** Each test machine has other keys: nothing is remembered of them. ssh_config(5). */
const FORGET = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
const USUAL_USER = 'root'

/** The command that signs in at the guest. */
export function sshCommand(port: number, user: string): string {
  return `ssh -p ${port} ${FORGET} ${user}@127.0.0.1`
}

/** How the guest is reached by SSH while its machine runs. */
export function SshAccess({ port }: { readonly port: number }) {
  const [user, setUser] = useState(USUAL_USER)
  const name = /^[a-z_][\w.-]*$/i.test(user) ? user : USUAL_USER
  return (
    <section className={styles.part} aria-label="SSH">
      <h3>SSH</h3>
      <TextInput size="xs" label="User" value={user} onChange={({ currentTarget }) => setUser(currentTarget.value)} spellCheck={false} />
      <CommandBlock commands={[sshCommand(port, name)]} />
    </section>
  )
}
