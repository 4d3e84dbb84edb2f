# Completion of rc for PowerShell.
# In $PROFILE: rc completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName rc -ScriptBlock {
    param($current, $line, $cursor)

    $words = @($line.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursor } |
        ForEach-Object { $_.Extent.Text })
    # A word that is not begun is left out: rc takes it as empty.
    $at = $words.Count
    if ($current -ne '') { $at -= 1 }
    $answer = @(& $words[0] __complete powershell $at @words 2>$null)
    if ($answer.Count -eq 0) { return }
    if ($answer[0] -eq ':files') {
        return [System.Management.Automation.CompletionCompleters]::CompleteFilename($current)
    }
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $value, $about = $_.Split("`t", 2)
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
