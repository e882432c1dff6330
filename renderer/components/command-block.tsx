import styles from './command-block.module.css'
import { CopyButton } from './copy-button.js'
import { visibleLines } from './visible-text.js'

/** Commands as they run, each copyable by itself. */
export function CommandBlock({ commands }: { readonly commands: readonly string[] }) {
  return (
    <ol className={styles.block}>
      {commands.map((command, index) => (
        // Commands repeat, and their order is what they are
        <li key={index} className={styles.row}>
          <code className={styles.line}>{visibleLines(command)}</code>
          <span className={styles.copy}>
            <CopyButton text={command} label="Copy command" />
          </span>
        </li>
      ))}
    </ol>
  )
}
