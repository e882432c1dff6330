import type { ContainerLayer } from '#shared/containers/container-report'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { CopyButton } from '../../components/copy-button.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './choice-table.module.css'
import { shortDigest } from './container-words.js'

/** Layers in the order in which they lie upon each other, the lowest first. */
export function LayerTable({ layers }: { readonly layers: readonly ContainerLayer[] }) {
  return (
    <div className={`${styles.framed} ${styles.scroller}`}>
      <table className={styles.table} aria-label="Layers">
        <thead>
          <tr>
            <th scope="col" data-number>
              Layer
            </th>
            <th scope="col">Digest</th>
            <th scope="col">What it is</th>
            <th scope="col" data-number>
              Stored
            </th>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer, index) => (
            // One layer can lie in an image twice
            <tr key={`${index} ${layer.digest}`}>
              <td data-number>{index + 1}</td>
              <td title={layer.digest}>
                <span className="mono">{shortDigest(layer.digest)}</span> <CopyButton text={layer.digest} label="Copy digest" />
              </td>
              <td className={styles.path}>
                {layer.title === null ? layerWords(layer) : <GuestText text={layer.title} />}
                <span className={styles.under}>{visibleText(layer.mediaType)}</span>
              </td>
              <td data-number title={formatExactBytes(layer.bytes)}>
                {formatBytes(layer.bytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function layerWords({ kind, compression }: ContainerLayer): string {
  if (kind === 'file') return 'A file'
  if (compression === 'none') return 'Files, not compressed'
  return compression === 'other' ? 'Files, compressed in a way that cannot be read' : `Files, compressed with ${compression}`
}

interface LabelTableProps {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** What its maker wrote on it. Nobody vouches for it. */
export function LabelTable({ labels, annotations }: LabelTableProps) {
  const rows = [
    ...Object.entries(labels).map(([name, value]) => ({ kind: 'Label', name, value })),
    ...Object.entries(annotations).map(([name, value]) => ({ kind: 'Annotation', name, value })),
  ]
  if (rows.length === 0) return <p className="dim">It has neither labels nor annotations.</p>
  return (
    <div className={`${styles.framed} ${styles.scroller}`}>
      <table className={styles.table} aria-label="Labels and annotations">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ kind, name, value }) => (
            <tr key={`${kind} ${name}`}>
              <td className="dim">{kind}</td>
              <th scope="row" className={styles.path}>
                <GuestText text={name} />
              </th>
              <td className={styles.path}>
                <GuestText text={value} limit={400} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
