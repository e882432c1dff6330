import { Button, Modal, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { BootFile } from '#shared/boot/boot-entry'
import { parseGrubCfg } from '#shared/boot/grub-cfg'
import type { EditOf } from '#shared/edits/edit'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './boot-menu-card.module.css'
import { pathOf } from './entry-rows.js'

interface GrubConsoleProps {
  readonly files: readonly BootFile[]
  /** Throws why the edit does not fit the image. */
  readonly onStage: (edit: EditOf<'console-block'>) => Promise<unknown>
}

/** The console commands of GRUB itself, between the markers that CoreOS and its kin put around them; nothing where there is no GRUB script. */
export function GrubConsole({ files, onStage }: GrubConsoleProps) {
  const found = useMemo(() => findConsole(files), [files])
  const [open, setOpen] = useState(false)
  if (found === null) return null
  return (
    <div className={styles.row}>
      <div className={styles.title}>
        <span>GRUB console</span>
        <Button size="xs" variant="subtle" aria-label="Edit the GRUB console" onClick={() => setOpen(true)}>
          Edit…
        </Button>
      </div>
      {found.lines.length === 0 ? (
        <p className="caption">{found.marked ? 'Nothing is set: GRUB decides.' : 'No script has a place for it: editing makes one.'}</p>
      ) : (
        found.lines.map((line) => (
          <p key={line} className={`mono ${styles.line}`}>
            {visibleText(line)}
          </p>
        ))
      )}
      {found.marked && (
        <p className="caption">
          Said in <span className="mono">{visibleText(pathOf(found.file))}</span>
        </p>
      )}
      {open && <ConsoleDialog lines={found.lines} addMarkers={!found.marked} onStage={onStage} onClose={() => setOpen(false)} />}
    </div>
  )
}

interface FoundConsole {
  readonly file: string
  readonly lines: readonly string[]
  /** Whether the script has the markers. */
  readonly marked: boolean
}

function findConsole(files: readonly BootFile[]): FoundConsole | null {
  const scripts = files.filter(({ kind }) => kind === 'grub-cfg').map((file) => ({ file, cfg: parseGrubCfg(file.text) }))
  const marked = scripts.find(({ cfg }) => cfg.consoleBlock !== null)
  const script = marked ?? scripts.find(({ cfg }) => cfg.usesBlscfg || cfg.entries.length > 0)
  if (script === undefined) return null
  return { file: script.file.id, lines: linesOf(script.cfg.consoleBlock?.text ?? ''), marked: marked !== undefined }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

interface ConsoleDialogProps {
  readonly lines: readonly string[]
  readonly addMarkers: boolean
  readonly onStage: GrubConsoleProps['onStage']
  readonly onClose: () => void
}

function ConsoleDialog({ lines, addMarkers, onStage, onClose }: ConsoleDialogProps) {
  const [text, setText] = useState(lines.join('\n'))
  const stage = useMutation({ mutationFn: onStage, onSuccess: onClose })
  const typed = linesOf(text)
  const onApply = () =>
    stage.mutate({ kind: 'console-block', lines: typed.length === 0 ? null : typed, ...(addMarkers ? { addMarkers } : {}) })
  return (
    <Modal opened onClose={onClose} title="GRUB console" size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
      <DialogBody>
        <Textarea
          label="Commands, one a line"
          description="Where GRUB itself shows its menu and takes keys, for example serial --unit=0 --speed=115200"
          rows={5}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
          data-autofocus
          classNames={{ input: styles.commands }}
        />
        {stage.isError && <ErrorNotice error={stage.error} />}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="filled" disabled={stage.isPending || typed.join('\n') === lines.join('\n')} onClick={onApply}>
          Stage
        </Button>
      </DialogFooter>
    </Modal>
  )
}
