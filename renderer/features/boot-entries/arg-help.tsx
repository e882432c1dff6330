import type { ArgSource } from '#shared/boot/boot-entry'
import { explainArgument } from '#shared/boot/arguments/explain-argument'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './arg-help.module.css'
import { pathOf } from './entry-rows.js'

interface ArgHelpProps {
  readonly arg: string
  /** Where it stands, when that is not the entry's own line. */
  readonly origin?: ArgSource | null
  /** How many entries take arguments from there. */
  readonly users?: number
  readonly isPrimaryConsole?: boolean
}

/** What an argument is: how it is written, what it does, what its value means, who says so, and where it comes from. */
export function ArgHelp({ arg, origin = null, users = 1, isPrimaryConsole = false }: ArgHelpProps) {
  const help = explainArgument(arg)
  return (
    <div className={styles.help}>
      <p className={styles.name}>{help === null ? visibleText(arg) : help.values}</p>
      {help === null ? <p className="dim">None of the documents known here describes it.</p> : <p>{help.summary}</p>}
      {help !== null && help.meaning !== null && (
        <p>
          <span className="dim">Here: </span>
          {visibleText(help.meaning)}
        </p>
      )}
      {isPrimaryConsole && <p>The last console of the line: it becomes /dev/console.</p>}
      {origin !== null && (
        <p>
          <span className="dim">Comes from </span>
          <span className="mono">{visibleText(origin.what)}</span> in <span className="mono">{visibleText(pathOf(origin.file))}</span>
          {origin.shared && users > 1 && `, shared by ${count(users, 'entry', 'entries')}`}
        </p>
      )}
      {help !== null && <p className="caption">Source: {help.source}</p>}
    </div>
  )
}
