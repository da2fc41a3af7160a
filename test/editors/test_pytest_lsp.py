"""The scenario by pytest-lsp, a client that holds every message against the types of the protocol.

It plays it with the capabilities that three editors were recorded to send.
"""

import asyncio
import json
import os
import pathlib
import shutil

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SCENARIO = json.loads(pathlib.Path(os.environ["SCENARIO"]).read_text())
DEAD = SCENARIO["dead"]
COMMAND = [os.environ["NODE"], os.environ["PRECOLLECT"], "server", "--stdio"]
PATIENCE = 40
# What the recorded editors can be asked, and pytest-lsp has no answer for.
ASKED_OF_CLIENTS = [
    lsp.CLIENT_REGISTER_CAPABILITY,
    lsp.WORKSPACE_CODE_LENS_REFRESH,
]


@pytest_lsp.fixture(
    params=["neovim", "visual_studio_code", "emacs"],
    config=ClientServerConfig(server_command=COMMAND),
)
async def client(request, lsp_client: LanguageClient, tmp_path: pathlib.Path):
    for path, text in SCENARIO["files"].items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for method in ASKED_OF_CLIENTS:
        lsp_client.feature(method)(lambda params: None)
    lsp_client.root = tmp_path
    lsp_client.set_configuration({"precollect": {"python": os.environ["PYTHON"]}})
    capabilities = client_capabilities(request.param)
    lsp_client.recorded = capabilities
    await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=capabilities,
            initialization_options={"trusted": True, "python": os.environ["PYTHON"]},
            workspace_folders=[lsp.WorkspaceFolder(uri=tmp_path.as_uri(), name="project")],
        )
    )
    yield
    await lsp_client.shutdown_session()
    shutil.rmtree(tmp_path, ignore_errors=True)


def uri(client, path):
    return (client.root / path).as_uri()


def opened(client, path, version=1):
    text = (client.root / path).read_text()
    item = lsp.TextDocumentItem(uri=uri(client, path), language_id="python", version=version, text=text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item))


def changed(client, path, version, text):
    document = lsp.VersionedTextDocumentIdentifier(uri=uri(client, path), version=version)
    whole = lsp.TextDocumentContentChangeWholeDocument(text=text)
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(text_document=document, content_changes=[whole])
    )


async def diagnostics(client, path):
    """What is shown of a file, as the client's capabilities have it: asked for or pushed."""
    where = uri(client, path)
    asks = client.recorded.text_document.diagnostic and (
        client.recorded.workspace.diagnostics and client.recorded.workspace.diagnostics.refresh_support
    )
    if asks:
        document = lsp.TextDocumentIdentifier(uri=where)
        answer = await client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(text_document=document))
        return list(answer.items)
    return list(client.diagnostics.get(where, ()))


async def until(client, path, holds):
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while True:
        shown = await diagnostics(client, path)
        if holds(shown):
            return shown
        assert loop.time() < end, f"shown of {path}: {[each.message for each in shown]}"
        await asyncio.sleep(0.05)


def says(words):
    return lambda shown: any(words in each.message for each in shown)


def edits_of(edit: lsp.WorkspaceEdit, where):
    changes = list((edit.changes or {}).get(where, ()))
    for change in edit.document_changes or ():
        if isinstance(change, lsp.TextDocumentEdit) and change.text_document.uri == where:
            changes.extend(change.edits)
    return changes


def edited(text, edits):
    lines = text.splitlines(keepends=True)
    offset = lambda at: sum(map(len, lines[: at.line])) + at.character  # the project is ASCII
    for edit in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.asyncio
async def test_scenario(client):
    path = DEAD["path"]
    where = uri(client, path)
    text = (client.root / path).read_text()
    opened(client, path)
    (finding,) = await until(client, path, says(DEAD["message"]))
    assert finding.code == DEAD["rule"]
    assert (finding.range.start.line, finding.range.start.character) == (DEAD["line"], DEAD["character"])

    document = lsp.TextDocumentIdentifier(uri=where)
    place = lsp.Position(line=DEAD["line"], character=DEAD["character"])
    hover = await client.text_document_hover_async(lsp.HoverParams(text_document=document, position=place))
    for words in SCENARIO["hover"]:
        assert words in hover.contents.value

    context = lsp.CodeActionContext(diagnostics=[finding], only=[lsp.CodeActionKind.QuickFix])
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(text_document=document, range=finding.range, context=context)
    )
    (bridge,) = [action for action in actions if SCENARIO["bridge"]["title"] in action.title][:1]
    if bridge.edit is None:
        bridge = await client.code_action_resolve_async(bridge)
    mended = edited(text, edits_of(bridge.edit, where))
    assert SCENARIO["bridge"]["text"] in mended
    changed(client, path, 2, mended)
    await until(client, path, lambda shown: shown == [])

    (client.root / path).write_text(mended)
    client.text_document_did_save(lsp.DidSaveTextDocumentParams(text_document=document))
    other = SCENARIO["break"]["path"]
    opened(client, other)
    broken = (client.root / other).read_text().splitlines(keepends=True)
    broken[0] = SCENARIO["break"]["text"] + "\n"
    changed(client, other, 2, "".join(broken))
    await until(client, path, says(SCENARIO["break"]["message"]))

    (client.root / other).write_text("".join(broken))
    document = lsp.TextDocumentIdentifier(uri=uri(client, other))
    client.text_document_did_save(lsp.DidSaveTextDocumentParams(text_document=document))
    told = await client.workspace_execute_command_async(lsp.ExecuteCommandParams(command="precollect.confirm"))
    assert "1 failed" in told
    await until(client, path, says(SCENARIO["confirmed"]))
