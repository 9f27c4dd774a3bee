/** Words of the page of people and rights; both languages side by side. */
export const admin = {
  zh: {
    admin: {
      title: '人员与权限', open: '人员与权限', back: '返回指挥室', section: { people: '人员', audit: '审计' },
      search: '搜索姓名、账号、站所、区域…', anyRole: '全部角色', anyArea: '全部区域', anyKind: '全部种类', anyHow: '全部方式', withEnded: '含已停用',
      people: '共 {n} 人', add: '新增人员', retry: '重试', loading: '正在读取…', none: '没有符合条件的人员。',
      name: '姓名', username: '账号', roles: '角色', area: '区域', post: '站所', seen: '最近使用', state: '状态',
      standing: { active: '在用', leaving: '待离岗', ended: '已停用' }, standsInFor: '代 {name}', replacedBy: '由 {name} 代班', movesAt: '{at} 起调动',
      role: {
        administrator: '管理员', operator: '值守员', dispatcher: '派遣员', supervisor: '督查', grid_leader: '网格长', grid_worker: '网格员',
        post_staff: '站所人员', village_room: '村级工作室', auditor: '审计员', display: '大屏',
      },
      self: '自己的角色须由另一位管理员更改。', dropRole: '去掉此角色', addRole: '增加角色', movesFrom: '以上角色自何时起（空：立即）', leaves: '离岗时间',
      forget: '取消', handOver: '一次性代码，仅显示一次，有效至 {until}：', handOverHow: '请交给本人：在登录页点“使用一次性代码”，自行设置密码。', save: '保存', reset: '发放一次性代码',
      end: '停用账号', endSure: '停用 {name}？手中未办结的任务将收回待重新派遣。', again: '重新启用',
      standIns: '代班', deputy: '由谁代班', from: '起', until: '止', arrange: '安排代班', endNow: '立即结束',
      kinds: '种类', hows: '方式', camera: '摄像机编号', anybody: '不限人员', refresh: '刷新', export: '导出 CSV', at: '时间', who: '人员', what: '内容', lasted: '时长', address: '地址',
      onlyThis: '只看此人', nobody: '（无此账号）', now: '进行中', no: '否', noAudit: '没有符合条件的记录。', more: '更多',
      kind: { look: '查看视频', sign_in: '登录', sign_in_failed: '登录失败', sign_out: '退出', account: '账号变更', stand_in: '代班', export: '导出', grids: '网格更新', tracks: '查看轨迹', talk_down: '喊话', announcement: '录音' },
      how: { live: '实时', display: '大屏', whep: '播放器', snapshot: '截图', replay: '回放', clip: '片段', ptz: '云台' },
      subject: { audit: '审计记录', cases: '案件', estate: '摄像机表', map: '地图', register: '台账', quality: '视频质量日报', statistics: '统计表', tracks: '行走轨迹', grids: '网格', cameras: '摄像机', workers: '网格员位置' },
      detail: {
        token_made: '生成地图软件令牌', token_withdrawn: '收回地图软件令牌',
        made: '新建', name: '姓名', enabled: '启用', post: '站所', leaves_at: '离岗', password: '密码', password_code: '发放一次性代码', code_from: '代码发放人', recovered: '控制台恢复', roles: '角色', move_at: '计划调动', moved: '已调动', left: '已离岗',
        from_at: '起', until_at: '止', ended: '结束', stands_in: '代班人', for: '代', device: '手机或程序', rows: '行数', workers: '人数', form: '格式', register: '台账', day: '日期', area: '区域',
      },
    },
    standIn: { strip: '代班：{names}' },
    byCode: {
      link: '忘记密码？使用一次性代码', title: '设置密码', text: '管理员可以给您一个一次性代码，凭它自行设置密码，他人无从得知。没有代码请联系管理员。',
      password: '新密码（至少 {n} 位）', enter: '设置并登录', back: '返回登录', wrong: '用户名或一次性代码不正确，或代码已过期、已使用。',
    },
  },
  en: {
    admin: {
      title: 'People and rights', open: 'People and rights', back: 'Back to the room', section: { people: 'People', audit: 'Audit' },
      search: 'Name, account, post, area …', anyRole: 'All roles', anyArea: 'All areas', anyKind: 'All kinds', anyHow: 'All ways', withEnded: 'Ended ones too',
      people: '{n} people', add: 'Add a person', retry: 'Try again', loading: 'Reading …', none: 'Nobody like that.',
      name: 'Name', username: 'Account', roles: 'Roles', area: 'Area', post: 'Post', seen: 'Last seen', state: 'State',
      standing: { active: 'Active', leaving: 'Leaving', ended: 'Ended' }, standsInFor: 'for {name}', replacedBy: '{name} stands in', movesAt: 'moves {at}',
      role: {
        administrator: 'Administrator', operator: 'Operator', dispatcher: 'Dispatcher', supervisor: 'Supervisor', grid_leader: 'Grid leader', grid_worker: 'Grid worker',
        post_staff: 'Post staff', village_room: 'Village room', auditor: 'Auditor', display: 'Display',
      },
      self: 'Your own roles are changed by another administrator.', dropRole: 'Take this role away', addRole: 'Add a role', movesFrom: 'These roles from (empty: now)', leaves: 'Leaves on',
      forget: 'Forget', handOver: 'One-time code, shown once, good until {until}:', handOverHow: 'Hand it over: at the sign-in page, “Use a one-time code”, the person sets a password.', save: 'Save', reset: 'Give a one-time code',
      end: 'End the account', endSure: 'End the account of {name}? What is in hand waits to be sent anew.', again: 'Let in again',
      standIns: 'Standing in', deputy: 'Who stands in', from: 'From', until: 'Until', arrange: 'Arrange', endNow: 'End now',
      kinds: 'Kind', hows: 'How', camera: 'Camera id', anybody: 'Anybody', refresh: 'Refresh', export: 'Export CSV', at: 'When', who: 'Who', what: 'What', lasted: 'How long', address: 'Address',
      onlyThis: 'Only this person', nobody: '(no such account)', now: 'going on', no: 'no', noAudit: 'Nothing like that.', more: 'More',
      kind: { look: 'Looked', sign_in: 'Signed in', sign_in_failed: 'Sign-in failed', sign_out: 'Signed out', account: 'Account changed', stand_in: 'Standing in', export: 'Export', grids: 'Grids', tracks: 'Tracks seen', talk_down: 'Talk-down', announcement: 'Announcement' },
      how: { live: 'live', display: 'display', whep: 'player', snapshot: 'snapshot', replay: 'replay', clip: 'clip', ptz: 'turned' },
      subject: { audit: 'the audit', cases: 'cases', estate: 'the camera table', map: 'the map', register: 'a register', quality: 'the quality report', statistics: 'the statistics', tracks: 'where people went', grids: 'grids', cameras: 'cameras', workers: 'where grid workers are' },
      detail: {
        token_made: 'made a token for', token_withdrawn: 'withdrew the token of',
        made: 'made', name: 'name', enabled: 'enabled', post: 'post', leaves_at: 'leaves', password: 'password', password_code: 'one-time code given', code_from: 'code from', recovered: 'recovered at the console', roles: 'roles', move_at: 'move planned', moved: 'moved', left: 'left',
        from_at: 'from', until_at: 'until', ended: 'ended', stands_in: 'deputy', for: 'for', device: 'phone or program', rows: 'rows', workers: 'people', form: 'format', register: 'register', day: 'day', area: 'area',
      },
    },
    standIn: { strip: 'Standing in for {names}' },
    byCode: {
      link: 'Forgotten? Use a one-time code', title: 'Set your password', text: 'An administrator can hand you a one-time code. With it you set a password that nobody else knows.',
      password: 'New password (at least {n} characters)', enter: 'Set it and sign in', back: 'Back to signing in', wrong: 'The user name or the code is wrong, or the code has expired or was used already.',
    },
  },
}
