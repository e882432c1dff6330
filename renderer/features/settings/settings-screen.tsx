import { NumberInput, SegmentedControl, Select, Skeleton, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Monitor, Moon, Sun, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Settings } from '#shared/settings/settings'
import type { EngineReport } from '#shared/tools/doctor'
import { call } from '../../api/client.js'
import { appInfoQuery, doctorQuery, settingsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { CopyButton } from '../../components/copy-button.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Screen } from '../../components/screen.js'
import styles from './settings-screen.module.css'

/** Few settings, each with what it does; a change holds at once. */
export function SettingsScreen() {
  const settings = useQuery(settingsQuery)
  const client = useQueryClient()
  const { reportFailure } = useAppActions()
  const change = useMutation({
    mutationFn: (part: Partial<Settings>) => call('settings.set', part),
    onSuccess: (saved) => client.setQueryData(settingsQuery.queryKey, saved),
    onError: reportFailure,
  })

  return (
    <Screen title="Settings" narrow>
      {settings.isPending && <Skeleton height={300} radius="lg" />}
      {settings.isError && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isSuccess && <SettingRows settings={settings.data} onChange={(part) => change.mutate(part)} />}
      <About />
    </Screen>
  )
}

function SettingRows({ settings, onChange }: { readonly settings: Settings; readonly onChange: (part: Partial<Settings>) => void }) {
  const doctor = useQuery(doctorQuery)
  const engines = doctor.data?.engines ?? []
  const automatic = engines.find((engine) => engine.chosen)
  const wanted = engines.find((engine) => engine.id === settings.engine)
  return (
    <section className={`card ${styles.rows}`} aria-label="Preferences">
      <Row name="Appearance" hint="Follow the system, or always the same.">
        <SegmentedControl
          aria-label="Appearance"
          value={settings.theme}
          onChange={(theme) => onChange({ theme })}
          data={[
            { value: 'system', label: <Choice icon={<Monitor size={14} aria-hidden />} word="System" /> },
            { value: 'light', label: <Choice icon={<Sun size={14} aria-hidden />} word="Light" /> },
            { value: 'dark', label: <Choice icon={<Moon size={14} aria-hidden />} word="Dark" /> },
          ]}
        />
      </Row>
      <Row
        name="Engine that writes edits"
        hint={wanted?.caution ?? 'Automatic takes the best one that works here and says which. Tools shows why.'}
        warns={wanted?.caution !== undefined}
      >
        <Select
          aria-label="Engine that writes edits"
          w={280}
          value={settings.engine}
          onChange={(engine) => onChange({ engine: engine ?? 'auto' })}
          data={[
            {
              value: 'auto',
              label: settings.engine === 'auto' && automatic !== undefined ? `Automatic (${automatic.title})` : 'Automatic',
            },
            ...engines.map((engine) => ({
              value: engine.id,
              label: engineLabel(engine),
              disabled: !engine.usable,
            })),
          ]}
        />
      </Row>
      <Row
        name="Compare every conversion"
        hint="Reads source and result once more and compares all content. Each conversion can decide for itself."
      >
        <Switch
          aria-label="Compare every conversion"
          checked={settings.verify}
          onChange={(event) => onChange({ verify: event.currentTarget.checked })}
        />
      </Row>
      <Row
        name="Jobs at one time"
        hint="Automatic goes by the cores and the disks: one job that writes to a turning disk, two to any other."
      >
        <Select
          aria-label="Jobs at one time"
          w={160}
          value={String(settings.maxJobs)}
          onChange={(most) => onChange({ maxJobs: most === null || most === 'auto' ? 'auto' : Number(most) })}
          data={[
            { value: 'auto', label: 'Automatic' },
            ...[1, 2, 3, 4, 5, 6, 7, 8].map((most) => ({
              value: String(most),
              label: most === 1 ? '1, one after another' : `At most ${most}`,
            })),
          ]}
        />
      </Row>
      <Row name="Notify when work ends" hint="At the end of a batch, or of a job of more than 20 seconds, while you look elsewhere.">
        <Switch
          aria-label="Notify when work ends"
          checked={settings.notify}
          onChange={(event) => onChange({ notify: event.currentTarget.checked })}
        />
      </Row>
      <Row name="Jobs kept in the history" hint="Older ones are removed with their logs; what they made stays.">
        <NumberInput
          aria-label="Jobs kept in the history"
          w={120}
          min={10}
          max={10_000}
          step={10}
          clampBehavior="blur"
          allowDecimal={false}
          defaultValue={settings.keepJobs}
          onBlur={(event) => {
            const value = Number(event.currentTarget.value)
            if (Number.isInteger(value) && value >= 10 && value <= 10_000 && value !== settings.keepJobs) onChange({ keepJobs: value })
          }}
        />
      </Row>
      <Row name="Introduction on Home" hint="Three steps on the sample image.">
        <Switch
          aria-label="Introduction on Home"
          checked={!settings.introDismissed}
          onChange={(event) => onChange({ introDismissed: !event.currentTarget.checked })}
        />
      </Row>
    </section>
  )
}

function Choice({ icon, word }: { readonly icon: ReactNode; readonly word: string }) {
  return (
    <span className={styles.choice}>
      {icon}
      {word}
    </span>
  )
}

function engineLabel({ title, usable, caution }: EngineReport): string {
  if (!usable) return `${title} (does not work here)`
  return caution === undefined ? title : `${title}: runs as root`
}

interface RowProps {
  readonly name: string
  readonly hint: string
  readonly warns?: boolean
  readonly children: ReactNode
}

function Row({ name, hint, warns = false, children }: RowProps) {
  return (
    <div className={styles.row}>
      <div>
        <p className={styles.name}>{name}</p>
        <p className={styles.hint}>
          {warns && <TriangleAlert size={14} aria-label="Caution" />} {hint}
        </p>
      </div>
      <div className={styles.control}>{children}</div>
    </div>
  )
}

function About() {
  const info = useQuery(appInfoQuery)
  if (!info.isSuccess) return null
  return (
    <section className={`card ${styles.rows}`} aria-label="About">
      <div className={styles.row}>
        <div>
          <p className={styles.name}>Where data is kept</p>
          <p className={`mono dim ${styles.folder}`}>{info.data.dataFolder}</p>
        </div>
        <CopyButton text={info.data.dataFolder} label="Copy path" />
      </div>
      <div className={styles.row}>
        <div>
          <p className={styles.name}>Diskwright {info.data.version}</p>
          <p className={styles.hint}>{info.data.runtime}</p>
        </div>
        <CopyButton text={`Diskwright ${info.data.version}, ${info.data.runtime}`} label="Copy versions" />
      </div>
    </section>
  )
}
