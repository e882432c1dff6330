import { useQuery } from '@tanstack/react-query'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import { TemporaryList } from '../../features/clouds/temporary-list.js'
import styles from './run-step.module.css'

/** What an upload that did not come to its end has at the provider; it is used when the upload goes on, or can be deleted. */
export function LeftBehind({ upload }: { readonly upload: string }) {
  const { data = [] } = useQuery(openUploadsQuery)
  const remotes = data.find((open) => open.upload === upload)?.remotes ?? []
  if (remotes.length === 0) return null
  return (
    <section className={styles.left} aria-label="Left there">
      <h3>Left there</h3>
      <p className="dim">Trying again goes on with it. Without that, it can be deleted.</p>
      <TemporaryList upload={upload} remotes={remotes} />
    </section>
  )
}
