import { Select, Tabs, TextInput } from '@mantine/core'
import { BadgeCheck, Brush, Cloud, Flame, KeyRound, type LucideIcon, Tag, UserPlus } from 'lucide-react'
import { type ComponentType, useState } from 'react'
import type { EditKind } from '#shared/edits/edit'
import type { ImageInfo } from '#shared/images/image-info'
import { CountBadge } from '../../components/badge.js'
import { useEdits } from '../edits/edit-store.js'
import { HostnameForm, SshKeysForm, UserForm } from './account-forms.js'
import { CleanForm } from './clean-form.js'
import { CloudInitForm, IgnitionForm } from './first-boot-forms.js'
import { StagedHere } from './staged-here.js'
import styles from './system-tab.module.css'
import { UnitForm } from './unit-form.js'
import type { FormTarget } from './use-edit-form.js'

interface Topic {
  readonly id: string
  readonly title: string
  readonly icon: LucideIcon
  readonly kinds: ReadonlySet<EditKind>
  readonly Form: ComponentType<{ readonly target: FormTarget }>
}

const TOPICS: readonly Topic[] = [
  { id: 'hostname', title: 'Host name', icon: Tag, kinds: new Set(['hostname']), Form: HostnameForm },
  { id: 'users', title: 'Users', icon: UserPlus, kinds: new Set(['user']), Form: UserForm },
  { id: 'keys', title: 'SSH keys', icon: KeyRound, kinds: new Set(['ssh-keys']), Form: SshKeysForm },
  { id: 'units', title: 'Services', icon: BadgeCheck, kinds: new Set(['systemd-unit']), Form: UnitForm },
  { id: 'clean', title: 'Clean up', icon: Brush, kinds: new Set(['clean', 'machine-id-reset']), Form: CleanForm },
  { id: 'ignition', title: 'Ignition', icon: Flame, kinds: new Set(['ignition-config']), Form: IgnitionForm },
  { id: 'cloud-init', title: 'cloud-init', icon: Cloud, kinds: new Set(['cloud-init']), Form: CloudInitForm },
]

const LINUX_KINDS: ReadonlySet<string> = new Set(['ext', 'xfs', 'btrfs'])
const FOUND_BY_ITSELF = 'auto'

export interface SystemTabProps {
  readonly info: ImageInfo
  /** What a partition is called: `root`. */
  readonly partitionLabel: (partition: number) => string
}

/** Changes of the system in the image: one form for each thing, and what is staged of it. */
export function SystemTab({ info, partitionLabel }: SystemTabProps) {
  const edits = useEdits(info.path)
  const [partition, setPartition] = useState(FOUND_BY_ITSELF)
  const [prefix, setPrefix] = useState('/')
  const isGood = prefix.startsWith('/')
  const root = partition === FOUND_BY_ITSELF || !isGood ? undefined : { partition: Number(partition), prefix }
  const roots = info.partitions.filter(({ filesystem }) => LINUX_KINDS.has(filesystem?.kind ?? ''))
  return (
    <Tabs
      defaultValue="hostname"
      orientation="vertical"
      keepMounted={false}
      className={styles.columns ?? ''}
      classNames={{ tabLabel: styles.tabLabel ?? '' }}
    >
      <div className={`card ${styles.nav}`}>
        <Tabs.List aria-label="What to change in the system" className={styles.list ?? ''}>
          {TOPICS.map(({ id, title, icon: Icon, kinds }) => (
            <Tabs.Tab
              key={id}
              value={id}
              leftSection={<Icon size={15} aria-hidden />}
              rightSection={<CountBadge amount={edits.filter((edit) => kinds.has(edit.kind)).length} label="staged" />}
            >
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className={styles.root}>
          <Select
            label="Root of the system"
            value={partition}
            onChange={(value) => setPartition(value ?? FOUND_BY_ITSELF)}
            data={[
              { value: FOUND_BY_ITSELF, label: 'Found by itself' },
              ...roots.map(({ number }) => ({ value: String(number), label: `${number} · ${partitionLabel(number)}` })),
            ]}
          />
          {partition !== FOUND_BY_ITSELF && (
            <TextInput
              label="Folder of its root"
              value={prefix}
              onChange={(event) => setPrefix(event.currentTarget.value)}
              error={isGood ? undefined : 'The folder begins with a slash.'}
              spellCheck={false}
              classNames={{ input: styles.mono ?? '' }}
            />
          )}
        </div>
      </div>
      {TOPICS.map(({ id, kinds, Form }) => (
        <Tabs.Panel key={id} value={id} className={`card ${styles.panel}`}>
          <Form target={{ path: info.path, root }} />
          <StagedHere path={info.path} kinds={kinds} />
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
