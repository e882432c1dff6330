import { app, shell } from 'electron'

interface NavigationRules {
  readonly isTrustedUrl: (url: string) => boolean
  /** The one document that may be embedded. */
  readonly frameUrl: string
  /** Whether an address may go to the user's browser. */
  readonly mayOpen: (url: string) => boolean
}

/** Documents never leave the app, open no windows and embed nothing but one known frame; links that the app shows open in the user's browser. */
export function guardNavigation({ isTrustedUrl, frameUrl, mayOpen }: NavigationRules): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isTrustedUrl(event.url)) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      const isExpected = event.isMainFrame ? isTrustedUrl(event.url) : event.url === frameUrl
      if (!isExpected) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpen(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}
