import { ActionIcon, Button, Checkbox } from '@mantine/core'
import { Disc3, X } from 'lucide-react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { PathText } from '../../components/path-text.js'
import type { BootTestChoices } from '../../features/boot-test/boot-test-choices.js'
import styles from './boot-test-form.module.css'

interface CdromFieldProps {
  readonly choices: Pick<BootTestChoices, 'cdrom' | 'bootCdrom'>
  readonly onChange: (part: Partial<BootTestChoices>) => void
}

/** An ISO image in a drive beside the disk. */
export function CdromField({ choices: { cdrom, bootCdrom }, onChange }: CdromFieldProps) {
  const { reportFailure } = useAppActions()
  const choose = async () => {
    const chosen = await call('files.chooseHost', { several: false })
    const file = chosen?.files[0]?.path
    if (file !== undefined) onChange({ cdrom: file })
  }
  if (cdrom === null) {
    return (
      <div>
        <Button size="xs" leftSection={<Disc3 size={14} aria-hidden />} onClick={() => void choose().catch(reportFailure)}>
          Put an ISO in the drive…
        </Button>
      </div>
    )
  }
  return (
    <>
      <span className={styles.file}>
        <PathText path={cdrom} />
        <ActionIcon size="sm" aria-label="Take the ISO out" onClick={() => onChange({ cdrom: null })}>
          <X size={14} aria-hidden />
        </ActionIcon>
      </span>
      <Checkbox
        size="xs"
        label="Boot it first"
        checked={bootCdrom}
        onChange={(event) => onChange({ bootCdrom: event.currentTarget.checked })}
      />
    </>
  )
}
