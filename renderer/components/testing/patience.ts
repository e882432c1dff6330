import { configure } from '@testing-library/react'

// What goes wrong never shows up; on a busy machine what goes well only takes longer.
configure({ asyncUtilTimeout: 15_000 })
