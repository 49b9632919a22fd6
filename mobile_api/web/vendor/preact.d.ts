// The types of the vendored file, as far as this app uses it.
export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function render(tree: any, parent: Element): void;
export function useState<T>(first: T | (() => T)): [T, (next: T | ((old: T) => T)) => void];
export function useEffect(effect: () => void | (() => void), needs?: any[]): void;
export function useLayoutEffect(effect: () => void | (() => void), needs?: any[]): void;
export function useRef<T>(first: T): { current: T };
export function useErrorBoundary(told?: (error: any) => void): [any, () => void];
