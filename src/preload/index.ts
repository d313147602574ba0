import { contextBridge, ipcRenderer } from 'electron'
import { createBridge, type Names } from './bridge.ts'

/**
 * The names in the contract, put in by the build: the contract itself would bring its schemas along into every
 * window, and a sandboxed preload cannot load them from elsewhere.
 */
declare const CONTRACT_NAMES: Names

contextBridge.exposeInMainWorld('inspector', createBridge(ipcRenderer, CONTRACT_NAMES))
