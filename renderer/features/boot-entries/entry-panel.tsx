import type { BootEntry } from '#shared/boot/boot-entry'
import { Fact, Facts } from '../../components/fact.js'
import { GuestText } from '../../components/guest-text.js'
import { RawEditor } from './raw-editor.js'
import styles from './entry-panel.module.css'

interface EntryPanelProps {
  readonly entry: BootEntry
  readonly after: readonly string[]
  /** True when chips act on every entry; text never does. */
  readonly textIsForOne: boolean
  readonly onArgs: (args: string[]) => void
}

/** The entry as the boot loader reads it: its line as text, and the files it names. */
export function EntryPanel({ entry, after, textIsForOne, onArgs }: EntryPanelProps) {
  return (
    <aside className={`card ${styles.panel}`} aria-label="Entry as text">
      <h2>Kernel command line</h2>
      <RawEditor key={entry.id} args={after} readOnly={entry.problem !== null} onArgs={onArgs} />
      {textIsForOne && <p className="caption">Text changes this entry only.</p>}
      <hr className={styles.rule} />
      <Facts>
        {entry.version !== null && (
          <Fact name="Version">
            <GuestText text={entry.version} />
          </Fact>
        )}
        <Fact name="Kernel">{entry.linux === null ? 'EFI program' : <GuestText text={entry.linux} className="mono" />}</Fact>
        <Fact name={entry.initrds.length > 1 ? 'Initramfs files' : 'Initramfs'}>
          {entry.initrds.length === 0
            ? 'none'
            : entry.initrds.map((path) => <GuestText key={path} text={path} className={`mono ${styles.file}`} />)}
        </Fact>
        <Fact name="Written to">
          <GuestText text={entry.realPath} className="mono" />
        </Fact>
      </Facts>
    </aside>
  )
}
