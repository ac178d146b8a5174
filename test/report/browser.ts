import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM } from '../../scripts/chromium.js';

export const launchBrowser = (): Promise<Browser> => chromium.launch(CHROMIUM);
