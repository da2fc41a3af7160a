#!/usr/bin/env node
/**
 * The command, from a clone: built first where it is not built yet, then started where the user stands, with the
 * arguments given. What hooks and CI jobs call; its exit code is the command's.
 */
import process from 'node:process'
import { startCommand } from './build.mjs'

process.exitCode = await startCommand(process.argv.slice(2))
