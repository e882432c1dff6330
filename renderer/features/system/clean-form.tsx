import { Button, Checkbox } from '@mantine/core'
import { CLEAN_TOPICS, type CleanTopic } from '#shared/edits/system-edits'
import { EditFormView } from './edit-form-view.js'
import styles from './system-tab.module.css'
import { type FormTarget, useEditForm } from './use-edit-form.js'

/** What each topic takes away, and what for. */
const TOPICS: Readonly<Record<CleanTopic, { readonly label: string; readonly hint: string }>> = {
  'machine-id': { label: 'Machine id', hint: 'Each copy makes its own at the next boot: /etc/machine-id, D-Bus' },
  'ssh-host-keys': { label: 'SSH host keys', hint: 'Copies must not share them: /etc/ssh/ssh_host_*' },
  'random-seed': { label: 'Random seeds', hint: 'Of systemd and systemd-boot, and the secret of its credentials' },
  'dhcp-leases': { label: 'DHCP leases', hint: 'Of dhclient, dhcpcd, NetworkManager and wicked' },
  logs: { label: 'Logs', hint: 'Files below /var/log are emptied; old ones and the journal are removed' },
  'shell-history': { label: 'Shell histories', hint: 'Of root and every home' },
  'cloud-init-state': { label: 'cloud-init records', hint: 'It runs as for a new machine; a seed stays' },
  'cloud-credentials': { label: 'Cloud credentials', hint: '~/.aws, ~/.azure, ~/.oci, gcloud, kube, docker, git, netrc' },
  'authorized-keys': { label: 'Authorized SSH keys', hint: 'Of root and every home; keys that are staged are added after it' },
}
const ORDER = Object.keys(TOPICS) as CleanTopic[]
/** What no copy should share, and no one wants to keep. */
const USUAL: readonly CleanTopic[] = ['machine-id', 'ssh-host-keys', 'random-seed', 'dhcp-leases', 'logs', 'shell-history']

export function CleanForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(
    target,
    { what: [] as readonly CleanTopic[] },
    ({ what }) => ({ kind: 'clean', what: CLEAN_TOPICS.filter((topic) => what.includes(topic)) }),
    ({ what }) => ({ what: what.length === 0 ? 'choose what is to go' : undefined }),
  )
  const { what } = form.fields
  const problem = form.problem('what')
  return (
    <EditFormView
      title="Clean up"
      about="Removes what an image that is copied or given away should not hold."
      action="Stage the clean-up"
      onSubmit={form.submit}
    >
      <div className={styles.topics}>
        {ORDER.map((topic) => (
          <Checkbox
            key={topic}
            label={TOPICS[topic].label}
            description={TOPICS[topic].hint}
            checked={what.includes(topic)}
            onChange={(event) => form.set('what', event.currentTarget.checked ? [...what, topic] : what.filter((other) => other !== topic))}
          />
        ))}
      </div>
      <div className={styles.line}>
        <Button size="xs" onClick={() => form.set('what', USUAL)}>
          Choose the usual
        </Button>
        <Button size="xs" onClick={() => form.set('what', ORDER)}>
          Choose all
        </Button>
        {problem !== undefined && (
          <span className={styles.problem} role="alert">
            {problem}
          </span>
        )}
      </div>
    </EditFormView>
  )
}
