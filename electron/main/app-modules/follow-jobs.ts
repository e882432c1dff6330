import process from 'node:process'
import { BrowserWindow, Notification, powerSaveBlocker } from 'electron'
import type { Job } from '#shared/jobs/job'
import type { Core } from '#core/core-api'
import { noticeOf } from './job-notice.js'
import { mustStayAwake } from './stay-awake.js'
import { taskbarProgress } from './taskbar-progress.js'
import { showMainWindow } from './window.js'

/** What the desktop learns of this app's jobs: a notification at their end, a bar in the taskbar, and to stay awake meanwhile. */
export function followJobs(core: Pick<Core, 'jobs' | 'settings'>): void {
  const isOwn = (job: Job) => job.owner?.pid === process.pid
  const jobs = new Map(
    core.jobs
      .list()
      .filter(isOwn)
      .map((job) => [job.id, job]),
  )
  const told = new Set<string>()
  let blocker: number | null = null

  function tell(job: Job): void {
    const notice = noticeOf(job, [...jobs.values()])
    if (notice === null || told.has(job.id)) return
    told.add(job.id)
    if (!core.settings.get().notify || BrowserWindow.getFocusedWindow() !== null) return
    const notification = new Notification(notice)
    notification.on('click', showMainWindow)
    notification.show()
  }

  function show(): void {
    const all = [...jobs.values()]
    const { value, mode } = taskbarProgress(all)
    for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(value, { mode })
    const awake = mustStayAwake(all)
    if (awake && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!awake && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }

  core.jobs.onChange((job) => {
    if (!isOwn(job)) return
    jobs.set(job.id, job)
    show()
    tell(job)
  })
  core.jobs.onRemoved((ids) => {
    for (const id of ids) jobs.delete(id)
    show()
  })
}
