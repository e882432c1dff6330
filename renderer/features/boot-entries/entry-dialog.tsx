import { Button, Modal, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { BootEntry } from '#shared/boot/boot-entry'
import { joinArgs } from '#shared/boot/kernel-args'
import { entryAddEditSchema } from '#shared/edits/boot-edits'
import type { Edit } from '#shared/edits/edit'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { readArgs } from './arg-editor.js'
import styles from './entry-dialog.module.css'

export type EntryDialogMode = 'rename' | 'duplicate' | 'add'

const WORDS: Readonly<Record<EntryDialogMode, { readonly title: string; readonly button: string }>> = {
  rename: { title: 'Rename boot entry', button: 'Rename' },
  duplicate: { title: 'Duplicate boot entry', button: 'Duplicate' },
  add: { title: 'Add a boot entry', button: 'Add' },
}

/** What names an entry for its boot loader. */
const NAMES: Readonly<Record<BootEntry['loader'], string>> = {
  bls: 'File name, without .conf',
  grub: 'Id in grub.cfg',
  extlinux: 'Label',
  isolinux: 'Label',
  uki: 'File name',
}

interface EntryDialogProps {
  readonly mode: EntryDialogMode
  readonly entry: BootEntry
  /** Throws why the edit does not fit the image. */
  readonly onStage: (edit: Edit) => Promise<unknown>
  readonly onClose: () => void
}

/** Title and name of an entry; of a new one what it starts as well. */
export function EntryDialog({ mode, entry, onStage, onClose }: EntryDialogProps) {
  const [title, setTitle] = useState(mode === 'duplicate' ? `${entry.title} (copy)` : mode === 'rename' ? entry.title : '')
  const [name, setName] = useState(mode === 'duplicate' ? suggestedName(entry) : '')
  const [linux, setLinux] = useState(entry.linux ?? '')
  const [initrds, setInitrds] = useState(entry.initrds.join('\n'))
  const [line, setLine] = useState(joinArgs(entry.args))
  const { args, problem } = readArgs(line)
  const stage = useMutation({ mutationFn: onStage, onSuccess: onClose })

  const nameProblem =
    name === '' || entryAddEditSchema.shape.name.safeParse(name).success ? undefined : 'Letters, digits and . _ + ~ - only'
  const canChooseKernel = mode === 'add' && entry.loader === 'bls'
  const ready = title.trim() !== '' && (mode === 'rename' || (name !== '' && nameProblem === undefined)) && problem === ''

  const edit = (): Edit => {
    if (mode === 'rename') return { kind: 'entry-title', entry: entry.id, title }
    if (mode === 'duplicate') return { kind: 'entry-duplicate', entry: entry.id, name, title }
    const kernel = canChooseKernel && linux !== '' ? { linux, initrds: initrds.split('\n').filter((path) => path.trim() !== '') } : {}
    return { kind: 'entry-add', like: entry.id, name, title, ...kernel, args: [...args] }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (ready && !stage.isPending) stage.mutate(edit())
  }

  return (
    <Modal opened onClose={onClose} title={WORDS[mode].title} size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={onSubmit}>
        <DialogBody>
          <div className={styles.fields}>
            <TextInput
              label="Title in the boot menu"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
              maxLength={500}
              onFocus={(event) => event.currentTarget.select()}
              data-autofocus
            />
            {mode !== 'rename' && (
              <TextInput
                label={NAMES[entry.loader]}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={nameProblem}
                spellCheck={false}
                classNames={{ input: styles.mono }}
              />
            )}
            {canChooseKernel && (
              <>
                <TextInput
                  label="Kernel"
                  value={linux}
                  onChange={(event) => setLinux(event.currentTarget.value)}
                  spellCheck={false}
                  classNames={{ input: styles.mono }}
                />
                <Textarea
                  label="Initramfs files, one a line"
                  autosize={false}
                  rows={2}
                  value={initrds}
                  onChange={(event) => setInitrds(event.currentTarget.value)}
                  spellCheck={false}
                  classNames={{ input: styles.mono }}
                />
              </>
            )}
            {mode === 'add' && (
              <Textarea
                label="Kernel command line"
                rows={3}
                value={line}
                onChange={(event) => setLine(event.currentTarget.value.replace(/[\r\n]+/g, ' '))}
                error={problem === '' ? undefined : problem}
                spellCheck={false}
                classNames={{ input: styles.mono }}
              />
            )}
          </div>
          {stage.isError && <ErrorNotice error={stage.error} />}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!ready || stage.isPending}>
            {WORDS[mode].button}
          </Button>
        </DialogFooter>
      </form>
    </Modal>
  )
}

/** A name beside that of the entry; GRUB's ids have none to begin with. */
function suggestedName(entry: BootEntry): string {
  const own =
    entry.loader === 'bls'
      ? splitPath(entry.path).name.replace(/\.conf(\.disabled)?$/i, '')
      : entry.loader === 'grub'
        ? ''
        : entry.id.slice(entry.file.length + 1)
  const name = own.replace(/[^A-Za-z0-9._+~-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return name === '' ? 'entry-copy' : `${name}-copy`
}
