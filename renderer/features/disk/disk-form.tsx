import { Button, Checkbox, SegmentedControl, Select, TextInput } from '@mantine/core'
import { MAX_SNAPSHOT_NAME_BYTES } from '#shared/jobs/disk-requests'
import type { DiskReport } from '#shared/images/disk-report'
import type { ImageInfo } from '#shared/images/image-info'
import type { SourceReport } from '#shared/jobs/convert-request'
import { splitPath } from '../../components/format.js'
import { FormRow } from '../../components/form-row.js'
import { Note } from '../../components/note.js'
import { OutputField } from '../../components/output-field.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { type DiskAction, type DiskChoices, changesFile, hasPlace, needsOutput } from './disk-action.js'
import styles from './disk-form.module.css'

interface DiskFormProps {
  readonly action: DiskAction
  readonly info: ImageInfo
  readonly report: DiskReport
  readonly choices: DiskChoices
  /** What the other image holds, where it is an archive. */
  readonly otherDisks: SourceReport['disks']
  readonly agreed: boolean
  readonly onAgree: (agreed: boolean) => void
  readonly onChange: (change: Partial<DiskChoices>) => void
  readonly onChooseOutput: () => void
  readonly onChooseOther: () => void
}

/** What an action needs to know, and where its result goes. */
export function DiskForm(props: DiskFormProps) {
  const { action, choices, report, agreed, onAgree, onChange, onChooseOutput } = props
  const isPlain = hasPlace(action)
  const base = visibleText(splitPath(report.chain[1]?.path ?? '').name)
  return (
    <>
      <ActionFields {...props} />
      {isPlain && (
        <FormRow name="Result">
          <SegmentedControl
            size="xs"
            aria-label="Result"
            value={choices.place}
            onChange={(place) => onChange({ place: place === 'in-place' ? 'in-place' : 'copy' })}
            data={[
              { value: 'copy', label: 'A copy' },
              { value: 'in-place', label: 'In place' },
            ]}
          />
        </FormRow>
      )}
      {needsOutput(action, choices) && (
        <FormRow name="Write to">
          <OutputField label="Result" path={choices.output} onChoose={onChooseOutput} />
        </FormRow>
      )}
      {changesFile(action, choices) && (
        <>
          <FormRow name="Original">
            <Checkbox
              mt={6}
              checked={choices.keepBackup}
              onChange={(event) => onChange({ keepBackup: event.currentTarget.checked })}
              label="Keep it as a backup beside it"
              description={
                choices.keepBackup ? 'NAME.backup-DATE' : 'It is removed after the result was verified. It cannot be brought back.'
              }
            />
          </FormRow>
          <Note tone="amber" title={action.kind === 'commit' ? `This changes ${base}` : 'This changes the image itself'}>
            <p>A copy is changed, compared and checked. Only then it takes the place of the original.</p>
          </Note>
          <Checkbox
            checked={agreed}
            onChange={(event) => onAgree(event.currentTarget.checked)}
            label="Yes, change it. Nothing else is using it."
          />
        </>
      )}
    </>
  )
}

interface OtherImageProps {
  readonly name: string
  readonly path: string
  readonly onChoose: () => void
}

function OtherImage({ name, path, onChoose }: OtherImageProps) {
  return (
    <FormRow name={name}>
      <div className={styles.other}>
        <span className={styles.line}>{path === '' ? <span className="dim">None chosen</span> : <PathText path={path} />}</span>
        <Button size="xs" onClick={onChoose}>
          Choose…
        </Button>
      </div>
    </FormRow>
  )
}

function ActionFields({ action, info, report, choices, otherDisks, onChange, onChooseOther }: DiskFormProps) {
  switch (action.kind) {
    case 'compact':
      return (
        <FormRow name="How">
          <div className={styles.stack}>
            <Checkbox
              checked={choices.trim}
              onChange={(event) => onChange({ trim: event.currentTarget.checked })}
              label="Give back what the file systems do not use"
              description="Otherwise only zeros are left out."
            />
            {info.format === 'qcow2' && (
              <Checkbox
                checked={choices.compress}
                onChange={(event) => onChange({ compress: event.currentTarget.checked })}
                label="Compress"
                description="Smaller, and slower to read."
              />
            )}
          </div>
        </FormRow>
      )
    case 'create':
      return (
        <FormRow name="Name">
          <TextInput
            aria-label="Name of the snapshot"
            value={choices.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
            maxLength={MAX_SNAPSHOT_NAME_BYTES}
            spellCheck={false}
            data-autofocus
          />
        </FormRow>
      )
    case 'apply':
      return (
        <FormRow name="Snapshot">
          <div className={styles.stack}>
            <p>{visibleText(action.snapshot.name)}</p>
            <Checkbox
              checked={choices.keepPresent}
              onChange={(event) => onChange({ keepPresent: event.currentTarget.checked })}
              label="Keep the present state as a snapshot first"
            />
          </div>
        </FormRow>
      )
    case 'delete':
      return (
        <FormRow name="Snapshot">
          <p className={styles.line}>{visibleText(action.snapshot.name)}</p>
        </FormRow>
      )
    case 'rebase':
      return <OtherImage name="New backing file" path={choices.other} onChoose={onChooseOther} />
    case 'compare':
      return (
        <>
          <OtherImage name="Other image" path={choices.other} onChoose={onChooseOther} />
          {otherDisks.length > 1 && (
            <FormRow name="Its disk">
              <Select
                size="xs"
                aria-label="Disk of the other image"
                value={choices.member}
                onChange={(member) => onChange({ member })}
                data={otherDisks.flatMap(({ member }) => (member === null ? [] : [{ value: member, label: visibleText(member) }]))}
                allowDeselect={false}
              />
            </FormRow>
          )}
        </>
      )
    case 'commit':
      return (
        <FormRow name="Into">
          <div className={styles.stack}>
            <PathText path={report.chain[1]?.path ?? ''} />
            <Checkbox
              checked={choices.removeOverlay}
              onChange={(event) => onChange({ removeOverlay: event.currentTarget.checked })}
              label={`Remove ${visibleText(info.name)} once its backing file holds the same`}
            />
          </div>
        </FormRow>
      )
    case 'flatten':
    case 'repair':
      return null
  }
}
