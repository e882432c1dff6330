import { Button } from '@mantine/core'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { CopyButton } from '../../components/copy-button.js'
import { stepOfField } from '../../features/clouds/ship-steps.js'
import { fillField, useShipStore } from '../../features/clouds/ship-store.js'
import type { Upload } from './use-upload.js'

interface RowFixProps {
  readonly upload: Upload
  readonly row: CheckRow
  /** Offers to go to the field that the row is about. */
  readonly leads?: boolean
}

/** What mends a row, as a button. */
export function RowFix({ upload, row, leads = false }: RowFixProps) {
  const { draft, form, fields } = upload
  const { change, go } = useShipStore.getState()
  const { fix, field } = row
  const step = field === undefined ? null : stepOfField(field, fields)
  const lead =
    leads && step !== null && field !== undefined && row.state !== 'ok' ? (
      <Button size="xs" onClick={() => go(draft.path, step, field)} aria-label={`Change ${row.title}`}>
        Change…
      </Button>
    ) : null
  switch (fix?.kind) {
    case 'retarget':
      // Another platform than that of the target is no matter of this upload.
      if (fix.platform !== form?.platform) return null
      return (
        <Button size="xs" data-fix disabled={draft.retarget} onClick={() => change(draft.path, { retarget: true })}>
          {draft.retarget ? 'The change is staged' : 'Stage the change'}
        </Button>
      )
    case 'set':
      return (
        <Button size="xs" data-fix onClick={() => fillField(draft.path, fix.field, fix.value)}>
          {fix.label}
        </Button>
      )
    case 'command':
      return (
        <>
          <CopyButton text={fix.command} label={`Copy ${fix.command}`} word="Copy command" />
          {lead}
        </>
      )
    case undefined:
      return lead
  }
}
