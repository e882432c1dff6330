import { ActionIcon, Button, Checkbox, Select, Tooltip } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { CircleAlert, Plus, TriangleAlert, X } from 'lucide-react'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { SourceReport } from '#shared/jobs/convert-request'
import { useAppActions } from '../../components/app-actions.js'
import { count, splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../edits/edit-store.js'
import type { ConvertSource } from './convert-store.js'
import { useConvertStore } from './convert-store.js'
import styles from './source-head.module.css'
import { otherMembers, snapshotChoices, sourceFacts, warningsOf } from './source-words.js'

interface SourceHeadProps {
  readonly source: ConvertSource
  readonly report: UseQueryResult<SourceReport>
  /** Members that other rows take. */
  readonly taken: readonly string[]
}

/** What a row of the table is made from, and which part or state of it. */
export function SourceHead({ source, report, taken }: SourceHeadProps) {
  const { remove } = useConvertStore.getState()
  const { name, folder } = splitPath(source.path)
  const visible = visibleText(name)
  return (
    <div className={styles.head}>
      <div className={styles.line}>
        <strong className="truncate" title={visibleText(source.path)}>
          {visible}
        </strong>
        <Tooltip label="Take it out of the table; the file stays">
          <ActionIcon size={24} aria-label={`Take out ${visible}`} onClick={() => remove(source.id)}>
            <X size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {report.isError ? (
        <Unreadable source={source} error={report.error} onRetry={() => void report.refetch()} />
      ) : report.data === undefined ? (
        <p className={styles.facts} title={visibleText(folder)}>
          Reading…
        </p>
      ) : (
        <>
          <p className={`truncate ${styles.facts}`} title={sourceFacts(report.data, source.member)}>
            {sourceFacts(report.data, source.member)}
          </p>
          <Warnings report={report.data} />
          <Choices source={source} report={report.data} taken={taken} name={visible} />
        </>
      )}
    </div>
  )
}

function Unreadable({ source, error, onRetry }: { readonly source: ConvertSource; readonly error: unknown; readonly onRetry: () => void }) {
  const { openContainer } = useAppActions()
  const { data } = toAppError(error)
  const words = describeError(data)
  // Its disks are taken out first.
  const container = data.actions.find((action) => action.kind === 'open-container')
  return (
    <div role="alert" className={styles.problem}>
      <p title={visibleText([words.detail, words.next].join(' '))}>
        <CircleAlert size={13} aria-hidden />
        {visibleText(words.title)}
      </p>
      <div className={styles.choices}>
        <Button size="xs" onClick={() => useConvertStore.getState().remove(source.id)}>
          Leave it out
        </Button>
        {container === undefined ? (
          <Button size="xs" variant="subtle" onClick={onRetry}>
            Try again
          </Button>
        ) : (
          <Button size="xs" variant="subtle" onClick={() => openContainer(container.reference)}>
            Look into it
          </Button>
        )}
      </div>
    </div>
  )
}

function Warnings({ report }: { readonly report: SourceReport }) {
  const warnings = warningsOf(report)
  const [first] = warnings
  if (first === undefined) return null
  return (
    <p className={styles.warning} title={warnings.map(visibleText).join('\n')}>
      <TriangleAlert size={13} aria-hidden />
      <span>
        {visibleText(first)}
        {warnings.length > 1 && `, and ${count(warnings.length - 1, 'more')}`.replace('mores', 'more')}
      </span>
    </p>
  )
}

interface ChoicesProps {
  readonly source: ConvertSource
  readonly report: SourceReport
  readonly taken: readonly string[]
  readonly name: string
}

function Choices({ source, report, taken, name }: ChoicesProps) {
  const edits = useEdits(source.path).length
  const { change, addMember } = useConvertStore.getState()
  const members = report.disks.flatMap(({ member }) => (member === null ? [] : [member]))
  const [further] = otherMembers(report, taken)
  if (members.length < 2 && report.snapshots.length === 0 && edits === 0) return null
  return (
    <div className={styles.choices}>
      {members.length > 1 && (
        <Select
          aria-label={`Disk of ${name}`}
          size="xs"
          value={source.member ?? members[0] ?? null}
          onChange={(member) => change(source.id, { member })}
          data={members.map((member) => ({ value: member, label: visibleText(member) }))}
        />
      )}
      {further !== undefined && (
        <Tooltip label={`A row of its own for ${visibleText(further)}`}>
          <ActionIcon
            size={26}
            aria-label={`Also convert ${visibleText(further)} of ${name}`}
            onClick={() => addMember(source.id, further)}
          >
            <Plus size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {report.snapshots.length > 0 && (
        <Select
          aria-label={`State of ${name}`}
          size="xs"
          value={source.snapshot ?? ''}
          onChange={(snapshot) => change(source.id, { snapshot: snapshot === '' ? null : snapshot })}
          data={snapshotChoices(report)}
        />
      )}
      {edits > 0 && (
        <Checkbox
          size="xs"
          checked={source.withEdits}
          onChange={(event) => change(source.id, { withEdits: event.currentTarget.checked })}
          label={`with ${count(edits, 'staged edit')}`}
        />
      )}
    </div>
  )
}

/** The head of a row whose jobs run: nothing of it can be chosen any more. */
export function PlainHead({ name, detail, facts }: { readonly name: string; readonly detail: string; readonly facts: string }) {
  return (
    <div className={styles.head}>
      <strong className="truncate">
        <GuestText text={name} />
      </strong>
      <p className={`truncate ${styles.facts}`}>
        {[detail, facts]
          .filter((part) => part !== '')
          .map(visibleText)
          .join(' · ')}
      </p>
    </div>
  )
}
