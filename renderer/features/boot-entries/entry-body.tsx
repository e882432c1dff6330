import { Switch } from '@mantine/core'
import { checkArguments } from '#shared/boot/arguments/check-arguments'
import { findArgumentStores } from '#shared/boot/argument-stores'
import type { BootEntry } from '#shared/boot/boot-entry'
import { Fact, Facts } from '../../components/fact.js'
import { GuestText } from '../../components/guest-text.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { AddArgument } from './add-argument.js'
import { ArgList } from './arg-list.js'
import { moveArg, replaceAt } from './arg-rows.js'
import { BootNotes, notesOf } from './boot-notes.js'
import styles from './entry-body.module.css'
import { originOf, usersOf } from './entry-rows.js'
import { LineProblems } from './line-problems.js'
import { RawEditor } from './raw-editor.js'
import type { BootView } from './use-boot.js'
import type { EntryLine, Scope } from './use-entry-line.js'

interface EntryBodyProps {
  readonly view: BootView
  readonly entry: BootEntry
  readonly before: BootEntry | null
  readonly line: EntryLine
  readonly scope: Scope
}

/** The arguments of an entry: as chips, as text, and what is odd about them. */
export function EntryBody({ view, entry, before, line, scope }: EntryBodyProps) {
  const { args } = line
  const readOnly = entry.problem !== null
  // Which console is the primary one is told beside its chip
  const problems = checkArguments(args).filter(({ code }) => code !== 'console-primary')
  const odd = new Set(problems.filter(({ severity }) => severity !== 'info').flatMap((problem) => [...problem.args]))
  const originAt = (at: number) => {
    const source = originOf(entry, args, at)
    return source === null ? null : { source, users: usersOf(source, view.after.entries) }
  }
  return (
    <div className={styles.body}>
      {readOnly && (
        <Note tone="amber" title="Its arguments cannot be edited">
          <p>{visibleText(entry.problem ?? '')}</p>
        </Note>
      )}
      <ArgList
        before={before?.args ?? []}
        after={args}
        readOnly={readOnly}
        originAt={originAt}
        odd={odd}
        onReplace={(at, by) => line.set(replaceAt(args, at, by))}
        onRestore={line.restore}
        onMove={(from, to) => line.setOne(moveArg(args, from, to))}
      />
      {!readOnly && <AddArgument onAdd={(added) => line.set(withAdded(args, added))} />}
      <LineProblems args={args} problems={problems} onFix={readOnly ? null : line.set} />
      <BootNotes path={view.path} notes={notesOf(view.after.notes, entry)} />
      <div className={styles.text}>
        <RawEditor args={args} readOnly={readOnly} ofOne={scope === 'all'} onArgs={(wanted) => line.setOne(wanted, `text:${entry.id}`)} />
        {line.keep !== null && !readOnly && (
          <Switch
            checked={line.keep}
            onChange={(event) => line.setKeep(event.currentTarget.checked)}
            label="Keep for future kernels"
            description={`Also changes ${storePaths(view)}, where the next kernel takes its arguments from.`}
          />
        )}
      </div>
      <EntryFacts entry={entry} />
    </div>
  )
}

/** What follows `--` goes to init: new arguments are the kernel's and stand before it. */
function withAdded(args: readonly string[], added: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.toSpliced(end < 0 ? args.length : end, 0, ...added)
}

/** `/etc/default/grub and /etc/kernel/cmdline`. */
function storePaths({ after }: BootView): string {
  const paths = findArgumentStores(after.files).flatMap(({ files }) => files.map(({ path }) => visibleText(path)))
  return [...new Set(paths)].join(' and ')
}

/** The files that an entry names, and where it stands. */
function EntryFacts({ entry }: { readonly entry: BootEntry }) {
  return (
    <details className={styles.details}>
      <summary>Files of this entry</summary>
      <Facts>
        {entry.version !== null && (
          <Fact name="Version">
            <GuestText text={entry.version} />
          </Fact>
        )}
        {entry.linux !== null && (
          <Fact name="Kernel">
            <GuestText text={entry.linux} className="mono" />
          </Fact>
        )}
        {entry.efi !== null && (
          <Fact name="EFI program">
            <GuestText text={entry.efi} className="mono" />
          </Fact>
        )}
        {entry.loader !== 'uki' && (
          <Fact name={entry.initrds.length > 1 ? 'Initramfs files' : 'Initramfs'}>
            {entry.initrds.length === 0
              ? 'none'
              : entry.initrds.map((path) => <GuestText key={path} text={path} className={`mono ${styles.file}`} />)}
          </Fact>
        )}
        {entry.devicetree !== null && (
          <Fact name="Device tree">
            <GuestText text={entry.devicetree} className="mono" />
          </Fact>
        )}
        {entry.sortKey !== null && (
          <Fact name="Sort key">
            <GuestText text={entry.sortKey} className="mono" />
          </Fact>
        )}
        <Fact name="Written to">
          <GuestText text={entry.realPath} className="mono" />
        </Fact>
      </Facts>
    </details>
  )
}
