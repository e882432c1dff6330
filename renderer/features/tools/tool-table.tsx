import type { ToolReport } from '#shared/tools/doctor'
import { CommandBlock } from '../../components/command-block.js'
import { visibleText } from '../../components/visible-text.js'
import { Works } from './engine-table.js'
import styles from './tools-screen.module.css'

function stateWords(tool: ToolReport): string {
  if (tool.path === null) return tool.required ? 'missing' : 'not installed'
  return tool.ok ? 'found' : 'too old or broken'
}

/** Every tool: where it is, its version, and the command that installs it where it is missing. */
export function ToolTable({ tools }: { readonly tools: readonly ToolReport[] }) {
  return (
    <section aria-labelledby="tools-title">
      <h2 id="tools-title" className={styles.heading}>
        Tools
      </h2>
      <div className={`card ${styles.table}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tool</th>
              <th scope="col">State</th>
              <th scope="col">Version</th>
              <th scope="col">What for</th>
            </tr>
          </thead>
          <tbody>
            {tools.map((tool) => (
              <tr key={tool.id}>
                <th scope="row">
                  {tool.id}
                  {tool.path !== null && <span className={`mono ${styles.path}`}>{visibleText(tool.path)}</span>}
                </th>
                <td>
                  <Works usable={tool.ok}>{stateWords(tool)}</Works>
                </td>
                <td className={styles.version}>
                  {tool.version === null ? <span className="faint">unknown</span> : visibleText(tool.version)}
                  {tool.minimum !== null && <span className={styles.under}>at least {tool.minimum}</span>}
                </td>
                <td className="dim">
                  {tool.purpose}
                  {tool.problem !== '' && <span className={styles.problem}>{visibleText(tool.problem)}</span>}
                  {tool.install !== null && (
                    <div className={styles.install}>
                      <CommandBlock commands={[tool.install]} />
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
