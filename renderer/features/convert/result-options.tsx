import { Button, Checkbox, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FolderPen } from 'lucide-react'
import { DIGESTS } from '#shared/jobs/convert-request'
import { settingsQuery } from '../../api/queries.js'
import { PathText } from '../../components/path-text.js'
import { useConvertStore } from './convert-store.js'
import { MachineOptions } from './machine-options.js'
import { describesMachine } from './machine-words.js'
import styles from './options.module.css'

const DIGEST_NAMES = { sha256: 'SHA-256 file', sha512: 'SHA-512 file' } as const

interface ResultOptionsProps {
  readonly folder: string
  /** Images that can be looked into as they are. */
  readonly images: readonly string[]
  readonly onChooseFolder: () => void
}

/** Where the results go, and what is done for each of them besides the conversion. */
export function ResultOptions({ folder, images, onChooseFolder }: ResultOptionsProps) {
  const { artifacts, retarget, digests, report, verify } = useConvertStore()
  const { set } = useConvertStore.getState()
  const { data: settings } = useQuery(settingsQuery)
  return (
    <section className={`card ${styles.options}`} aria-label="Results">
      <header className={styles.header}>
        <h2>Results</h2>
        <Button
          size="xs"
          leftSection={<FolderPen size={14} aria-hidden />}
          aria-label="Choose folder for the results"
          onClick={onChooseFolder}
        >
          Choose folder…
        </Button>
      </header>
      <PathText path={`${folder}/`} />
      <Switch
        checked={retarget}
        onChange={(event) => set({ retarget: event.currentTarget.checked })}
        label="Fit how it boots to each platform"
        description="Kernel arguments, consoles, Ignition platform: what the target panel of an image shows. The source stays as it is."
      />
      <Switch
        checked={verify ?? settings?.verify ?? true}
        onChange={(event) => set({ verify: event.currentTarget.checked })}
        label="Compare all content with the source"
        description="Without it, only the format's own rules are checked."
      />
      <div className={styles.boxes}>
        {DIGESTS.map((name) => (
          <Checkbox
            key={name}
            checked={digests.includes(name)}
            onChange={(event) => {
              const on = event.currentTarget.checked
              set({ digests: DIGESTS.filter((one) => (one === name ? on : digests.includes(one))) })
            }}
            label={DIGEST_NAMES[name]}
          />
        ))}
        <Checkbox
          checked={report}
          onChange={(event) => set({ report: event.currentTarget.checked })}
          label="Report that names every command"
        />
      </div>
      {describesMachine(artifacts) && <MachineOptions images={images} />}
    </section>
  )
}
