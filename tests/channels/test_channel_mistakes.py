"""Mistakes in what a channel says of itself: names, rules, values, templates, text.  Each is one error, at the very place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.mistakes import Edit, must_be_told

DEYANG, ZIYANG, CHENGDU = (f"{city}/channel.yaml" for city in ("deyang", "ziyang", "chengdu"))
EDITS = {
    "backend misspelt where it is declared": Edit(DEYANG, "\n  gov:\n", "\n  gvo:\n", "ROAM-306 33:3"),
    "auth misspelt where it is declared": Edit(DEYANG, "\n  sm3:\n", "\n  s3m:\n", "ROAM-306 17:3"),
    "auth misspelt where it is used": Edit(DEYANG, "auth: sm3", "auth: sm4", "ROAM-306 36:11"),
    "variable misspelt where it is declared": Edit(DEYANG, "      fee: {from: args.amount", "      fe: {from: args.amount", "ROAM-306 93:7"),
    "variable misspelt where it is used": Edit(DEYANG, '"${vars.fee}"', '"${vars.fees}"', "ROAM-306 97:85"),
    "namespace misspelt where it is declared": Edit(ZIYANG, "namespaces: {zy:", "namespaces: {yz:", "ROAM-306 26:18"),
    "operation misspelt where it is declared": Edit(DEYANG, "\n  applications.submit:", "\n  application.submit:", "ROAM-307 121:3"),
    "operation that others rely on": Edit(DEYANG, "\n  requests.outcome:", "\n  request.outcome:", "ROAM-307 232:3"),
    "operation misspelt where a service lists it": Edit(DEYANG, "operations: [bills.list]", "operations: [bills.lst]", "ROAM-309 56:142"),
    "own field misspelt under local": Edit(DEYANG, "\n  shuttleLines:", "\n  shuttleLine:", "ROAM-354 251:3"),
    "beginning of a text twice": Edit(ZIYANG, "      xml: |\n", "      xml: |\n      xml: |\n", "ROAM-106 61:7"),
    "brace too many in a document": Edit(CHENGDU, "{ me { insurance { type", "{ me { insurance { type }}}}", "ROAM-351 91:50"),
    "operation of a document misspelt": Edit(CHENGDU, '"query V(', '"qurey V(', "ROAM-351 106:17"),
    "full-width brace in a document": Edit(CHENGDU, "query { me { fund {", "query ｛ me { fund {", "ROAM-103 198:23"),
    "variable of a document": Edit(CHENGDU, "variables: {kinds:", "variables: {kind:", "ROAM-306 71:19"),
    "argument in an expression": Edit(DEYANG, "from: args.amount,", "from: args.amout,", "ROAM-410 93:24"),
    "argument of a batch": Edit(DEYANG, "by: args.ids", "by: args.id_s", "ROAM-410 178:17"),
    "key of a batch": Edit(DEYANG, "max: 50, key: id}", "max: 50, key: idd}", "ROAM-403 178:41"),
    "order of rows": Edit(DEYANG, "sorted_by: dueOn desc", "sorted_by: dueon desc", "ROAM-403 74:72"),
    "claim of a read that others rely on": Edit(DEYANG, 'kind: "${args.operation}", reqNo', 'kind: "${args.oepration}", reqNo', "ROAM-410 235:108"),
    "method of a read that others rely on": Edit(DEYANG, "request: {method: POST, path: /api/v1/request/query", "request: {method: PSOT, path: /api/v1/request/query", "ROAM-203 235:23"),
    "required field misspelt": Edit(DEYANG, "        submittedAt: {from", "        submitedAt: {from", "ROAM-403 134:9"),
    "required field of a list's items": Edit(DEYANG, "            label: nodeName", "            lable: nodeName", "ROAM-403 141:13"),
    "required field under another name": Edit(DEYANG, "        payload: qr", "        code: qr", "ROAM-403 117:9"),
    "from misspelt beside a converter": Edit(DEYANG, "amount: {from: fee,", "amount: {form: fee,", "ROAM-201 83:18"),
    "from misspelt beside a table": Edit(DEYANG, "state: {from: payFlag", "state: {From: payFlag", "ROAM-201 80:17"),
    "list for a value of the graph": Edit(DEYANG, "state: {value: PROCESSING}", "state: {value: [PROCESSING]}", "ROAM-407 102:24"),
    "value misspelt before a list": Edit("meishan/channel.yaml", "departments: {value:", "departments: {vallue:", "ROAM-201 74:90"),
    "null for a text": Edit(DEYANG, "        payee: corpName\n", "        payee: {value: null}\n", "ROAM-405 82:24"),
    "value misspelt": Edit(DEYANG, "state: {value: PROCESSING}", "state: {vaule: PROCESSING}", "ROAM-201 102:17"),
    "each misspelt": Edit(DEYANG, "          each: flow", "          eahc: flow", "ROAM-201 138:11"),
    "from left out": Edit(DEYANG, "{from: limitDate, as: date,", "{as: date,", "ROAM-202 85:9"),
    "format without a converter": Edit(DEYANG, "{from: limitDate, as: date, format: yyyyMMdd}", "{from: limitDate, format: yyyyMMdd}", "ROAM-406 85:42"),
    "error code that is none": Edit(DEYANG, "to: RATE_LIMITED", "to: RATE_LIMIT", "ROAM-203 51:27"),
    "error code in small letters": Edit(DEYANG, 'code: "46003", to: CONFLICT', 'code: "46003", to: conflict', "ROAM-203 106:29"),
    "key of a table of an argument": Edit(DEYANG, 'enum: {WATER: "01"', 'enum: {WTAER: "01"', "ROAM-407 69:71"),
    "state to poll for": Edit(DEYANG, "until: [COMPLETED,", "until: [COMPELTED,", "ROAM-407 196:32"),
    "value of an outcome": Edit(DEYANG, '"2": REFUSED', '"2": REFUSE', "ROAM-203 238:54"),
    "rate of failures over one": Edit(DEYANG, "failure_rate: 0.5", "failure_rate: 50", "ROAM-206 44:41"),
    "timeout of nothing": Edit(DEYANG, "timeout: {connect: 1s, total: 3s}", "timeout: {connect: 1s, total: 0s}", "ROAM-206 42:35"),
    "timeout without end": Edit(DEYANG, "total: 3s}", "total: 99999999999d}", "ROAM-206 42:35"),
    "timeout of too many digits": Edit(DEYANG, "total: 3s}", f"total: {'9' * 5_000}s}}", "ROAM-206 42:35"),
    "timeout in full-width digits": Edit(DEYANG, "total: 3s}", "total: ３s}", "ROAM-205 42:35"),
    "whole number of too many digits": Edit(DEYANG, "window: 20", f"window: {'9' * 5_000}", "ROAM-207 44:23"),
    "decimal comma": Edit(DEYANG, "total: 3s}", "total: 3,5s}", "ROAM-105 42:37"),
    "nothing behind a key": Edit(DEYANG, "    auth: sm3\n", "    auth:\n", "ROAM-202 36:10"),
    "blank department": Edit(DEYANG, "department: 德阳市司法局", 'department: ""', "ROAM-207 59:86"),
    "null for an expression": Edit(DEYANG, "{from: limitDate", "{from: null", "ROAM-207 85:23"),
    "English name misspelt": Edit(DEYANG, "en: Deyang}", "en: Deyagn}", "ROAM-301 7:23"),
    "Chinese name misspelt": Edit(DEYANG, "zh: 德阳市,", "zh: 徳阳市,", "ROAM-301 7:14"),
    "plain http": Edit(DEYANG, "base_url: https://open", "base_url: http://open", "ROAM-305 35:15"),
    "quote at the end of an address": Edit(DEYANG, "cn/gateway\n", 'cn/gateway"\n', "ROAM-206 35:15"),
    "secret in small letters": Edit(DEYANG, "key: secret:DEYANG_APP_KEY", "key: secret:deyang_app_key", "ROAM-204 21:10"),
    "secret in capitals": Edit(DEYANG, "key: secret:DEYANG_APP_KEY", "key: SECRET:DEYANG_APP_KEY", "ROAM-204 21:10"),
    "secret with a space": Edit(DEYANG, "key: secret:DEYANG_APP_KEY", "key: secret: DEYANG_APP_KEY", "ROAM-105 21:10"),
    "hole without braces": Edit(DEYANG, '"${citizen.phone}", reqNo', '"$citizen.phone", reqNo', "ROAM-409 205:57"),
    "hole without a dollar": Edit(DEYANG, '"${args.billId}"', '"{args.billId}"', "ROAM-409 97:57"),
    "hole in round brackets": Edit(DEYANG, '"${args.billId}"', '"$(args.billId)"', "ROAM-409 97:57"),
    "hole in two braces": Edit(DEYANG, '"${args.billId}"', '"${{args.billId}}"', "ROAM-409 97:57"),
    "hole in full-width braces": Edit(DEYANG, '"${args.billId}"', '"$｛args.billId｝"', "ROAM-409 97:57"),
    "bare name for a hole": Edit(DEYANG, '"${args.billId}"', "args.billId", "ROAM-409 97:56"),
    "number of an outcome misspelt": Edit(DEYANG, 'operation: pay, number: "${request.idempotency_key}"', 'operation: pay, number: "${request.idempotencyKey}"', "ROAM-409 109:79"),
    "number of an outcome that is none": Edit(DEYANG, 'operation: pay, number: "${request.idempotency_key}"', 'operation: pay, number: "1"', "ROAM-331 109:76"),
    "field of a signature misspelt": Edit(DEYANG, "{sorted_query}", "{sorted_qeury}", "ROAM-409 23:13"),
    "signature misspelt where it is put": Edit(DEYANG, '"{signature}"', '"{signtaure}"', "ROAM-409 30:17"),
    "two points in an address": Edit(DEYANG, "https://open.dy", "https://open..dy", "ROAM-206 35:15"),
    "code of an error without a value": Edit(DEYANG, '{code: "46003", to', "{code: , to", "ROAM-202 106:15"),
    "converter without a name": Edit(DEYANG, "{from: limitDate, as: date,", "{from: limitDate, as: ,", "ROAM-202 85:37"),
    "items without a value": Edit(DEYANG, "      items: list\n", "      items:\n", "ROAM-202 76:13"),
    "beginning of another file in the middle": Edit(DEYANG, "\nbackends:", "\n---\nbackends:", "ROAM-107 32:1"),
    "typed quotes around a value": Edit(DEYANG, "name: 市民通运维值班", "name: “市民通运维值班”", "ROAM-103 13:28"),
    "typed quotes around a key": Edit(DEYANG, "    kind: rest", "    “kind”: rest", "ROAM-103 34:5"),
    "no colon": Edit(DEYANG, "  status: LIVE\n", "  status LIVE\n", "ROAM-105 9:3"),
    "no colon in braces": Edit(DEYANG, "connect: 1s, total: 3s}", "connect 1s, total: 3s}", "ROAM-105 42:15"),
    "bracket left open before a line of Chinese keys": Edit(ZIYANG, 'esb/v1"}', 'esb/v1"', "ROAM-105 26:17"),
    "envelope of another key": Edit(DEYANG, "      data: data\n", "      data: datas\n", "ROAM-603 39:13"),
    "field of a list's items of another key": Edit(DEYANG, "            label: nodeName", "            label: nodename", "ROAM-603 141:13"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_in_a_channel_is_one_error_at_its_place(name: str, tmp_path: Path) -> None:
    """A name that is wrong in one place must not be told in the eleven that rely on it."""
    must_be_told(EDITS[name], tmp_path)
