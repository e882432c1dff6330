import { app, shell } from 'electron'

/** Documents never leave the app, open no windows and embed nothing but one known frame; web links open in the user's browser. */
export function guardNavigation(isTrustedUrl: (url: string) => boolean, frameUrl: string): void {
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
      if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}
