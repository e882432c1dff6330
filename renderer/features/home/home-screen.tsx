import { useQuery } from '@tanstack/react-query'
import { appInfoQuery, settingsQuery } from '../../api/queries.js'
import { Note } from '../../components/note.js'
import { DropZone } from './drop-zone.js'
import styles from './home-screen.module.css'
import { Introduction } from './introduction.js'
import { RecentsTable } from './recents-table.js'
import { RecoveryBanner } from './recovery-banner.js'

/** Where the window starts: drop an image, or go on with one of the last ones. */
export function HomeScreen() {
  const info = useQuery(appInfoQuery)
  const settings = useQuery(settingsQuery)
  const samples = info.data?.samples ?? []
  const problems = info.data?.folderProblems ?? []
  const sample = samples[0]
  const introduces = settings.data?.introDismissed === false && sample !== undefined

  return (
    <div className={styles.home}>
      <h1 className={styles.hidden}>Home</h1>
      {problems.length > 0 && (
        <Note tone="amber" title="Diskwright cannot keep its own files">
          <p>{problems.join('\n')}</p>
          <p>Reading works; settings, recent images and the history of jobs are forgotten when you quit.</p>
        </Note>
      )}
      <RecoveryBanner />
      <DropZone samples={introduces ? [] : samples} compact={introduces} />
      {introduces && <Introduction sample={sample} />}
      <RecentsTable />
    </div>
  )
}
