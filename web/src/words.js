// Every sentence of this page in Chinese and English, and which of the two is shown.
import { useSyncExternalStore } from 'react';
import { LANGUAGE_KEY } from './names.js';

const TEXT = {
  zh: {
    operations: '操作',
    signIn: '选择身份登录',
    signedOut: '未登录',
    signingIn: '正在登录…',
    signOut: '退出登录',
    onPage: '到登录页登录',
    personas: '沙箱身份(虚构市民)',
    retry: '重试',
    dismiss: '关闭提示',
    close: '关闭标签',
    newTab: '新建标签',
    homeCity: '归属城市',
    level: '实名等级',
    expires: '有效期',
    minutes: (n) => `剩 ${n} 分钟`,
    expired: '已过期,请重新登录',
    suggested: '建议身份',
    fill: '填入变量',
    fillHint: '取新的幂等键、日期和可用的编号',
    coverage: '逐城结果',
    noCoverage: '运行含 coverage 的操作后,这里逐城显示结果。',
    plan: '计划',
    planHint: '运行操作时请网关一并给出查询计划',
    planTitle: '查询计划',
    noPlans: '此网关不提供查询计划。',
    planNext: '运行后,查询计划显示在这里;订阅没有计划。',
    faults: '故障',
    faultsTitle: '沙箱城市的故障',
    faultsHint: '让沙箱城市出故障,再运行操作,看逐城结果。',
    faultNames: {
      none: '正常', slow: '变慢', late: '过时才答', refuse: '拒绝连接', hang: '不作答', lost: '办完即断线', vanish: '未办即断线',
      '5xx': '服务器出错', html: '维护页面', truncated: '答到一半', wrong_type: '内容类型不符', bad_row: '一条坏数据', duplicate_row: '一条重复',
      newcode: '新的代码', no_field: '缺少字段', pii: '多给个人信息', envelope: '换了外壳', gbk: 'GBK 编码', clock: '时钟偏差',
      wrong_key: '密钥不对', bad_token: '令牌无效', limited: '限流',
    },
    times: (n) => `还有 ${n} 次`,
    noSwitch: '没有回应',
    switchUnreachable: '这座城市的开关没有回应。',
    allWell: '全部恢复正常',
    copy: '复制',
    copied: '已复制',
    selected: '已选中',
    rows: (n) => `${n} 条`,
    dropped: (n) => `隐去 ${n} 条`,
    retryAfter: (n) => `${n} 秒后重试`,
    cached: '缓存',
    otherCity: '其他',
    switchLanguage: 'EN',
    levels: { ANONYMOUS: '匿名', REGISTERED: '已注册', REAL_NAME: '实名', REAL_PERSON: '实人', IN_PERSON: '实证' },
    outcomes: { OK: '成功', PARTIAL: '部分', STALE: '旧值', FAILED: '失败', DENIED: '未许可', NOT_OFFERED: '未提供' },
    gatewayUnreachable: '连不上网关:请确认它仍在运行,然后重试。',
    gatewayNotJson: '网关的回答不是 JSON',
    socketClosed: '订阅连接已断开',
    notAccepted: '已登录,但网关不认可这个会话',
    errors: {
      NO_PROVIDER: '本网关没有配置身份服务,不能在此登录。',
      PROVIDER_UNREACHABLE: '连不上身份服务,请确认它在运行',
      PROVIDER_FAILED: '身份服务出错',
      PROVIDER_SILENT: '身份服务迟迟没有回应,请重试。',
      PROVIDER_REFUSED: '身份服务拒绝了登录',
      STATE_MISMATCH: '登录结果与本页的请求不符(state),已作废,请重新登录。',
      NONCE_MISMATCH: '登录令牌与本页的请求不符(nonce),已作废,请重新登录。',
      WRONG_ISSUER: '登录结果来自别的身份服务,已作废',
      NOT_ACCEPTED: '已在身份服务登录,但网关没有认可其令牌',
      CANCELLED: '登录窗口已关闭,没有登录。',
      OTHER: '登录没有成功',
    },
  },
  en: {
    operations: 'Operations',
    signIn: 'Sign in as…',
    signedOut: 'Not signed in',
    signingIn: 'Signing in…',
    signOut: 'Sign out',
    onPage: 'Sign in on the provider’s page',
    personas: 'Sandbox personas (synthetic citizens)',
    retry: 'Retry',
    dismiss: 'Dismiss',
    close: 'Close tab',
    newTab: 'New tab',
    homeCity: 'Home city',
    level: 'Assurance',
    expires: 'Expires',
    minutes: (n) => `${n} min left`,
    expired: 'Expired: sign in again',
    suggested: 'Suggested persona',
    fill: 'Fill in variables',
    fillHint: 'Fresh idempotency key, dates and usable ids',
    coverage: 'Coverage',
    noCoverage: 'Run an operation that asks for coverage to see each city’s outcome here.',
    plan: 'Plan',
    planHint: 'Ask the gateway for the query plan of each operation run',
    planTitle: 'Query plan',
    noPlans: 'This gateway shows no plans.',
    planNext: 'Run it to see the query plan here; subscriptions have none.',
    faults: 'Faults',
    faultsTitle: 'Faults of the sandbox cities',
    faultsHint: 'Switch a sandbox city into a fault, run an operation, and see each city’s outcome.',
    faultNames: {
      none: 'well', slow: 'slow', late: 'answers too late', refuse: 'refuses connections', hang: 'never answers', lost: 'acts, then hangs up', vanish: 'hangs up at once',
      '5xx': 'server error', html: 'maintenance page', truncated: 'half an answer', wrong_type: 'wrong content type', bad_row: 'one bad row', duplicate_row: 'one row twice',
      newcode: 'an unknown code', no_field: 'a field is missing', pii: 'undeclared personal data', envelope: 'another envelope', gbk: 'GBK encoding', clock: 'wrong clock',
      wrong_key: 'wrong key', bad_token: 'token refused', limited: 'rate limit',
    },
    times: (n) => `${n} more time${n === 1 ? '' : 's'}`,
    noSwitch: 'no answer',
    switchUnreachable: 'This city’s switch does not answer.',
    allWell: 'Make all well',
    copy: 'Copy',
    copied: 'Copied',
    selected: 'Selected',
    rows: (n) => `${n} row${n === 1 ? '' : 's'}`,
    dropped: (n) => `${n} withheld`,
    retryAfter: (n) => `retry in ${n} s`,
    cached: 'cached',
    otherCity: 'Other',
    switchLanguage: '中文',
    levels: { ANONYMOUS: 'Anonymous', REGISTERED: 'Registered', REAL_NAME: 'Real name', REAL_PERSON: 'Real person', IN_PERSON: 'In person' },
    outcomes: { OK: 'OK', PARTIAL: 'Partial', STALE: 'Stale', FAILED: 'Failed', DENIED: 'Denied', NOT_OFFERED: 'Not offered' },
    gatewayUnreachable: 'The gateway cannot be reached: check that it is still running, then try again.',
    gatewayNotJson: 'The gateway’s answer is not JSON',
    socketClosed: 'The subscription’s connection was closed',
    notAccepted: 'Signed in, but the gateway does not accept this session',
    errors: {
      NO_PROVIDER: 'This gateway has no identity provider configured: nobody can sign in here.',
      PROVIDER_UNREACHABLE: 'The identity provider cannot be reached; check that it is running',
      PROVIDER_FAILED: 'The identity provider failed',
      PROVIDER_SILENT: 'The identity provider did not answer in time; try again.',
      PROVIDER_REFUSED: 'The identity provider refused the sign-in',
      STATE_MISMATCH: 'The sign-in answer does not belong to this page’s request (state) and was dropped; sign in again.',
      NONCE_MISMATCH: 'The token does not belong to this page’s request (nonce) and was dropped; sign in again.',
      WRONG_ISSUER: 'The sign-in answer came from another provider and was dropped',
      NOT_ACCEPTED: 'Signed in at the identity provider, but the gateway did not accept its token',
      CANCELLED: 'The sign-in window was closed; nobody was signed in.',
      OTHER: 'The sign-in did not succeed',
    },
  },
};

const listeners = new Set();
const browserLanguage = () => (navigator.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en');
let current = window.localStorage.getItem(LANGUAGE_KEY) ?? browserLanguage();
if (!(current in TEXT)) current = browserLanguage();
document.documentElement.lang = current;

export const language = {
  get: () => current,
  set(next) {
    current = next;
    window.localStorage.setItem(LANGUAGE_KEY, next);
    document.documentElement.lang = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const words = () => TEXT[current];

/** The language shown now, as a hook: [language, words]. */
export function useWords() {
  const shown = useSyncExternalStore(language.subscribe, language.get);
  return [shown, TEXT[shown]];
}

/** One plain sentence for a failed sign-in. */
export function explain(error) {
  const sentence = words().errors[error.code] ?? words().errors.OTHER;
  const detail = error.code ? error.detail : error.message;
  return detail ? `${sentence} (${detail})` : sentence;
}
