import { Suspense, useEffect, useState } from 'react'
import { connectJobEvents } from '../api/job-events.js'
import { pathsOfDrop, subscribe } from '../api/client.js'
import { queryClient } from '../api/query-client.js'
import { JobTray } from '../features/jobs/job-tray.js'
import { appActions, takeOpenRequests } from './actions.js'
import { Dialogs } from './dialogs.js'
import { DropOverlay } from './drop-overlay.js'
import { ErrorBoundary, reportToLog } from './error-boundary.js'
import { CommandPalette, loadParts, Toasts } from './lazy-parts.js'
import { openDroppedFiles } from './open-files.js'
import { Rail } from './rail.js'
import { Screens } from './screens.js'
import styles from './shell.module.css'
import { TabBar } from './tab-bar.js'
import { onJobEnded } from './on-job-ended.js'
import { useColorScheme } from './use-color-scheme.js'
import { useKeptFocus } from './use-kept-focus.js'
import { useShortcuts } from './use-shortcuts.js'

function openDropped(transfer: DataTransfer): void {
  openDroppedFiles(pathsOfDrop(transfer)).catch(appActions.reportFailure)
}

/** Rail, tabs, screen, tray: the parts that are always there. */
export function Shell() {
  useColorScheme()
  useShortcuts()
  useKeptFocus()
  useMainEvents()

  return (
    <div className={styles.shell}>
      <Rail />
      <TabBar />
      <main className={styles.main} id="screen" tabIndex={-1}>
        <ErrorBoundary>
          <Screens />
        </ErrorBoundary>
      </main>
      <div className={styles.tray}>
        <JobTray />
      </div>
      <Dialogs />
      <LaterParts />
      <DropOverlay onDrop={openDropped} />
    </div>
  )
}

/** What shows nothing at first waits until the first picture is drawn; the other parts are fetched then. */
function LaterParts() {
  const [drawn, setDrawn] = useState(false)
  useEffect(() => {
    let idle = 0
    // An idle callback may come before anything is drawn; after a frame began it comes when that frame is done.
    const frame = requestAnimationFrame(() => {
      idle = requestIdleCallback(
        () => {
          setDrawn(true)
          void loadParts()
        },
        { timeout: 500 },
      )
    })
    return () => {
      cancelAnimationFrame(frame)
      cancelIdleCallback(idle)
    }
  }, [])
  if (!drawn) return null
  return (
    <Suspense fallback={null}>
      <CommandPalette />
      <Toasts />
    </Suspense>
  )
}

function useMainEvents(): void {
  useEffect(() => {
    const stopJobs = connectJobEvents(queryClient, onJobEnded)
    const stopOpen = subscribe('app.openRequested', takeOpenRequests)
    takeOpenRequests()
    const onRejection = (event: PromiseRejectionEvent) =>
      reportToLog(String(event.reason), event.reason instanceof Error ? (event.reason.stack ?? '') : '')
    window.addEventListener('unhandledrejection', onRejection)
    return () => {
      stopJobs()
      stopOpen()
      window.removeEventListener('unhandledrejection', onRejection)
    }
  }, [])
}
