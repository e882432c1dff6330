import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { RowFacts } from '#shared/images/guest-listing'
import { count } from '../../components/format.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import { modeText, octal, parseOctal } from './file-mode.js'
import styles from './file-dialogs.module.css'
import { nameProblem } from './guest-folder.js'
import type { AttributeWish } from './stage-files.js'

interface NameDialogProps {
  readonly title: string
  readonly button: string
  readonly start: string
  /** Names that are there. */
  readonly taken: ReadonlySet<string>
  readonly onName: (name: string) => void
  readonly onClose: () => void
}

/** Asks for a name in the folder that shows. */
export function NameDialog({ title, button, start, taken, onName, onClose }: NameDialogProps) {
  const [name, setName] = useState(start)
  const problem = name === start && start !== '' ? null : nameProblem(name, taken)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem !== null) return
    onClose()
    if (name !== start) onName(name)
  }
  return (
    <Modal opened onClose={onClose} returnFocus={false} title={title} size={440} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <DialogBody>
          <TextInput
            label="Name"
            data-autofocus
            value={name}
            error={name === '' ? undefined : problem}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            onFocus={(event) => selectStem(event.currentTarget)}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={problem !== null}>
            {button}
          </Button>
        </DialogFooter>
      </form>
    </Modal>
  )
}

/** What stands before the ending is what is changed most often. */
function selectStem(input: HTMLInputElement): void {
  const dot = input.value.lastIndexOf('.')
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length)
}

const WHO = ['Owner', 'Group', 'Others'] as const
const MAY = [
  { word: 'Read', bit: 4 },
  { word: 'Write', bit: 2 },
  { word: 'Execute', bit: 1 },
] as const

interface AttributesDialogProps {
  readonly names: readonly string[]
  /** Of the first one. */
  readonly facts: RowFacts | undefined
  readonly onWish: (wish: AttributeWish) => void
  readonly onClose: () => void
}

/** Mode and owner of one or several. What is left as it was is not changed. */
export function AttributesDialog({ names, facts, onWish, onClose }: AttributesDialogProps) {
  const known = names.length === 1 ? facts : undefined
  const start = {
    mode: typeof known?.mode === 'number' ? octal(known.mode) : '',
    uid: String(known?.uid ?? ''),
    gid: String(known?.gid ?? ''),
  }
  const [form, setForm] = useState(start)
  const mode = parseOctal(form.mode)
  const isId = (text: string): boolean => /^\d{1,10}$/.test(text) && Number(text) <= 0xffff_fffe
  const problems = {
    mode: form.mode === '' || mode !== null ? null : 'Three or four digits from 0 to 7',
    uid: form.uid === '' || isId(form.uid) ? null : 'A number',
    gid: form.gid === '' || isId(form.gid) ? null : 'A number',
  }
  const wish: AttributeWish = {
    ...(mode !== null && form.mode !== start.mode ? { mode } : {}),
    ...(form.uid !== '' && form.uid !== start.uid ? { uid: Number(form.uid) } : {}),
    ...(form.gid !== '' && form.gid !== start.gid ? { gid: Number(form.gid) } : {}),
  }
  const canStage = Object.values(problems).every((problem) => problem === null) && Object.keys(wish).length > 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!canStage) return
    onClose()
    onWish(wish)
  }
  const title = names.length === 1 ? `Permissions of ${visibleText(names[0] ?? '')}` : `Permissions of ${count(names.length, 'item')}`
  return (
    <Modal opened onClose={onClose} returnFocus={false} title={title} size={460} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <DialogBody>
          <div className={styles.fields}>
            <TextInput
              label="Mode"
              description={mode === null ? 'Octal' : modeText(mode, facts?.kind ?? 'file')}
              data-autofocus
              value={form.mode}
              error={problems.mode}
              classNames={{ input: 'mono', description: 'mono' }}
              onChange={(event) => setForm({ ...form, mode: event.currentTarget.value })}
            />
            <TextInput
              label="Owner"
              description="User number"
              value={form.uid}
              error={problems.uid}
              classNames={{ input: 'mono' }}
              onChange={(event) => setForm({ ...form, uid: event.currentTarget.value })}
            />
            <TextInput
              label="Group"
              description="Group number"
              value={form.gid}
              error={problems.gid}
              classNames={{ input: 'mono' }}
              onChange={(event) => setForm({ ...form, gid: event.currentTarget.value })}
            />
          </div>
          <table className={styles.bits}>
            <thead>
              <tr>
                <td aria-label="Who" />
                {MAY.map(({ word }) => (
                  <th key={word} scope="col">
                    {word}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {WHO.map((who, row) => (
                <tr key={who}>
                  <th scope="row">{who}</th>
                  {MAY.map(({ word, bit }) => {
                    const mask = bit << ((2 - row) * 3)
                    return (
                      <td key={word}>
                        <Checkbox
                          aria-label={`${who}: ${word.toLowerCase()}`}
                          checked={((mode ?? 0) & mask) !== 0}
                          onChange={() => setForm({ ...form, mode: octal((mode ?? 0) ^ mask) })}
                        />
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          {names.length > 1 && <p className="caption">Fields that stay empty are left as they are in each.</p>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!canStage}>
            Stage change
          </Button>
        </DialogFooter>
      </form>
    </Modal>
  )
}
