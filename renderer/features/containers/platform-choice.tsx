import { Radio } from '@mantine/core'
import type { ContainerImage } from '#shared/containers/container-report'
import { platformText } from '#shared/containers/platform-match'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { visibleText } from '../../components/visible-text.js'
import { createdWords, shortDigest } from './container-words.js'
import styles from './choice-table.module.css'

interface PlatformChoiceProps {
  readonly images: readonly ContainerImage[]
  readonly shown: string
  readonly onChoose: (digest: string) => void
}

/** The images of an index, one of which is looked into. */
export function PlatformChoice({ images, shown, onChoose }: PlatformChoiceProps) {
  return (
    <section className="card" aria-label="Platform">
      <NamedRadioGroup name="Platform" value={shown} onChange={onChoose}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Platform</th>
              <th scope="col" data-number>
                To read
              </th>
              <th scope="col">Made</th>
              <th scope="col">Digest</th>
            </tr>
          </thead>
          <tbody>
            {images.map((image) => (
              <tr key={image.digest} data-chosen={image.digest === shown || undefined} onClick={() => onChoose(image.digest)}>
                <th scope="row">
                  <Radio value={image.digest} size="xs" label={visibleText(platformText(image.platform))} />
                </th>
                <td data-number title={formatExactBytes(image.bytes)}>
                  {formatBytes(image.bytes)}
                </td>
                <td>{createdWords(image.createdAt) ?? <span className="faint">no date said</span>}</td>
                <td className="mono" title={image.digest}>
                  {shortDigest(image.digest)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </NamedRadioGroup>
    </section>
  )
}
