import { CircleCheck, CircleSlash } from 'lucide-react'
import type { ReactNode } from 'react'
import type { DoctorReport, EngineReport } from '#shared/tools/doctor'
import { Badge } from '../../components/badge.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './tools-screen.module.css'

interface EngineTableProps {
  readonly engines: readonly EngineReport[]
  readonly sandbox: DoctorReport['sandbox']
  readonly kvm: DoctorReport['kvm']
}

/** Whether something works here, as an icon with its word. */
export function Works({ usable, children }: { readonly usable: boolean; readonly children: ReactNode }) {
  const Icon = usable ? CircleCheck : CircleSlash
  return (
    <span className={styles.works} data-usable={usable || undefined}>
      <Icon size={14} aria-hidden />
      {children}
    </span>
  )
}

/** What writes edits, what isolates tools, what speeds virtual machines up; each with its reason. */
export function EngineTable({ engines, sandbox, kvm }: EngineTableProps) {
  return (
    <section aria-labelledby="engines-title">
      <h2 id="engines-title" className={styles.heading}>
        Engines and protection
      </h2>
      <div className={`card ${styles.table}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {engines.map((engine) => (
              <tr key={engine.id}>
                <th scope="row">
                  {engine.title} {engine.chosen && <Badge tone="accent">in use</Badge>}
                </th>
                <td>
                  <Works usable={engine.usable}>{engine.usable ? 'works' : 'does not work'}</Works>
                </td>
                <td className="dim">{visibleText(engine.reason)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Sandbox</th>
              <td>
                <Works usable={sandbox.usable}>{sandbox.usable ? 'works' : 'does not work'}</Works>
              </td>
              <td className="dim">{visibleText(sandbox.reason)}</td>
            </tr>
            <tr>
              <th scope="row">KVM</th>
              <td>
                <Works usable={kvm.usable}>{kvm.usable ? 'works' : 'does not work'}</Works>
              </td>
              <td className="dim">{visibleText(kvm.reason)}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  )
}
