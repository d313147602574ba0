import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { EmptyState } from './EmptyState.tsx'

interface ErrorBoundaryState {
  readonly message: string | null
}

/** What is shown instead of an empty window when the screen itself fails. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { message: null }

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    const { message } = this.state
    if (message === null) return this.props.children
    return (
      <main style={{ display: 'flex', height: '100%' }}>
        <EmptyState
          icon={TriangleAlert}
          title="The screen failed"
          actions={
            <Button kind="primary" onClick={() => window.location.reload()}>
              Reload the screen
            </Button>
          }
        >
          Nothing in Redis was changed by this. What went wrong: <code>{message}</code>
        </EmptyState>
      </main>
    )
  }
}
